"""The commands `webchat room`."""

from __future__ import annotations

import argparse

from webchat.cli.opening import acting_as, at_once, opened, owner, user_named
from webchat.cli.parsing import Commands, positive
from webchat.cli.printing import print_table
from webchat.config import Config
from webchat.model.ids import RoomId

_AT_ONCE = 200


def add_commands(commands: Commands) -> None:
    """Describes them to the command line."""
    rooms = commands.group("room", "rooms")
    add = rooms.add("add", "make a public room", _add)
    add.add_argument("title")
    add.add_argument("--topic", default="", metavar="TEXT")
    add.add_argument("--owner", metavar="NAME", help="whose room it is; default: the server's owner")
    listed = rooms.add("list", "list the public rooms", _list)
    listed.add_argument("--private", action="store_true", help="the private ones instead")
    rooms.add("archive", "make a room one that can only be read", _archive).add_argument("id", type=positive)
    rooms.add("unarchive", "open an archived room again", _unarchive).add_argument("id", type=positive)
    gone = rooms.add("delete", "end a room for everybody, for good", _delete)
    gone.add_argument("id", type=positive)
    gone.add_argument("title", help="its title, once more")


def _add(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        actor = owner(chat) if said.owner is None else acting_as(user_named(chat, said.owner))
        room = at_once(chat.rooms.create(actor, said.title, said.topic))
    print(f"Room {room.room}, {room.title}, is there.")


def _list(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        rows: list[tuple[str, ...]] = []
        after: str | None = None
        while True:
            page, after = at_once(chat.administration.rooms(None, "", said.private, after, _AT_ONCE))
            rows += [
                (str(one.room), "archived" if one.archived else "open", str(one.members), one.title) for one in page
            ]
            if after is None:
                break
    print_table(("id", "state", "members", "title"), rows)


def _archive(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        at_once(chat.administration.archive(None, RoomId(said.id), True))
    print(f"Room {said.id} is archived.")


def _unarchive(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        at_once(chat.administration.archive(None, RoomId(said.id), False))
    print(f"Room {said.id} is open again.")


def _delete(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        at_once(chat.administration.delete_room(None, RoomId(said.id), said.title))
    print(f"Room {said.id} is gone; a running server clears it away.")
