"""The commands `webchat tail`, `say` and `robot`: following a room, saying something in it, and answering in rooms."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeoutError
from twisted.internet.task import deferLater, react

from webchat.client import Client, Ended, Gone
from webchat.client.patience import answered
from webchat.config import StartupError
from webchat.model.answers import Page
from webchat.model.events import Member, Message, Reset, RoomRow
from webchat.model.ids import MAX_INT, Millis, Rev, RoomId, Seq, UserId
from webchat.model.refusals import Refusal
from webchat.model.users import UserCard
from webchat.model.web import origin_of
from webchat.robot.asking import Chance
from webchat.visiting import Visitor

SERVER = "http://localhost:8080"
ANSWER_SECONDS = 30.0
PAGE = 200
LARGEST_TEXT = 60_000

COMMANDS = ("tail", "say", "robot")
"""Those that `carry_out` knows."""


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Describes the commands to the command line; *add* takes a name and a help text."""
    tail = add("tail", "follow a room: its messages as they come, over restarts of the server")
    tail.add_argument("room", metavar="ROOM", help="a title, or an id")
    tail.add_argument("--since", type=_seq, metavar="N", help="first what was said after message N; 0: everything")
    tail.add_argument(
        "--json", action="store_true", help="one JSON object a line: each message, and each change of one"
    )
    say = add("say", "say something in a room")
    say.add_argument("room", metavar="ROOM", help="a title, or an id")
    say.add_argument("text", nargs="?", default="-", metavar="TEXT", help="default, and -: from standard input")
    robot = add("robot", "answer as the robot, by the token of a bot, on a server where it does not live")
    for command in (tail, say, robot):
        command.add_argument("--server", metavar="URL", help=f"default: $WEBCHAT_SERVER, else {SERVER}")
        command.add_argument(
            "--token-file",
            type=Path,
            metavar="FILE",
            help="what holds the token, for you alone; default: $WEBCHAT_TOKEN",
        )


def _seq(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_INT:
        raise argparse.ArgumentTypeError("must be a whole number")
    return int(text)


def carry_out(
    said: argparse.Namespace,
    environ: Mapping[str, str],
    clock: Callable[[], float],
    now: Callable[[], Millis],
    chance: Chance,
) -> NoReturn:
    """Does what *said* says, and ends the program: status 0, or 1 with one sentence.

    *clock*: monotonic seconds.  *now*: wall-clock ms.  Raises StartupError.
    """
    server = _server(said.server or environ.get("WEBCHAT_SERVER") or SERVER)
    token = _token(said.token_file, environ)
    text = _text(said.text) if said.command == "say" else ""

    async def main(reactor: Any) -> None:
        # Twisted's own is the wall clock, and a step of it would freeze every timer.
        reactor.seconds = clock
        with _in_one_sentence(server):
            async with Client(reactor, server, token) as client:
                await Deferred.fromCoroutine(client.welcome()).addTimeout(ANSWER_SECONDS, reactor)
                if said.command == "robot":
                    await _answer(client, reactor, now, chance)
                elif said.command == "tail":
                    colours = sys.stdout.isatty() and not environ.get("NO_COLOR")
                    tail = Tail(client, said.json, colours, lambda seconds: deferLater(reactor, seconds))
                    await tail.follow(said.room, said.since)
                else:
                    posting = client.post((await client.room_named(said.room)).room, text)
                    await Deferred.fromCoroutine(posting).addTimeout(ANSWER_SECONDS, reactor)

    react(lambda reactor: Deferred.fromCoroutine(main(reactor)))


async def _answer(client: Client, reactor: Any, now: Callable[[], Millis], chance: Chance) -> None:
    me = (await client.welcome()).user
    if me.kind != "bot":
        raise LookupError(f"{me.name} is no bot: the robot would answer in the name of a person.")
    print(f"Answering as {_shown(me.display_name)} (@{me.name}).", flush=True)

    await Visitor(client, now, chance, lambda seconds: deferLater(reactor, seconds)).stay()


def _server(url: str) -> str:
    try:
        return origin_of(url)
    except ValueError as error:
        raise StartupError(f"{error}.") from None


def _token(file: Path | None, environ: Mapping[str, str]) -> str:
    """Raises StartupError; no sentence repeats the token."""
    if file is None:
        token = environ.get("WEBCHAT_TOKEN", "")
        if not token:
            raise StartupError("No token: set WEBCHAT_TOKEN, or name a file with --token-file.")
    else:
        try:
            with file.open(encoding="utf-8") as stream:
                if os.fstat(stream.fileno()).st_mode & 0o077:
                    raise StartupError(f"The file {file} lets others at the token in it: run chmod 600 {file}.")
                token = stream.read(1_000).strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it holds no text"
            raise StartupError(f"The file {file} cannot be read: {why}.") from None
    if not token.isascii() or not token.isprintable() or not 0 < len(token) <= 200:
        raise StartupError(
            "This is not a token: make one with `webchat token add`, or in the settings of the web page."
        )
    return token


def _text(text: str) -> str:
    text = sys.stdin.read(LARGEST_TEXT + 1) if text == "-" else text
    if not text.strip():
        raise StartupError("There is nothing to say.")
    return text.rstrip("\n")


@contextmanager
def _in_one_sentence(server: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        # Whoever reads, such as `head`, has enough; what is left must not be tried again when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except Refusal as refusal:
        raise SystemExit(f"webchat: {refusal.message}") from None
    except Ended as ended:
        why = _ENDS.get(ended.code) or f"{server} cannot be used: {ended}."
        raise SystemExit(f"webchat: {why}") from None
    except LookupError as error:
        raise SystemExit(f"webchat: {error.args[0]}") from None
    except (OSError, DeferredTimeoutError):
        raise SystemExit(f"webchat: {server} does not answer.") from None


_ENDS = {4001: "The token is not, or no longer, valid.", 4003: "The account is disabled."}


class Tail:
    """Follows one room: prints each message once, in order.  *pause* waits for so many seconds."""

    def __init__(
        self, client: Client, is_json: bool, has_colours: bool, pause: Callable[[float], Awaitable[None]]
    ) -> None:
        self._client = client
        self._is_json = is_json
        self._has_colours = has_colours
        self._pause = pause
        self._last, self._rev = Seq(0), Rev(0)
        self._growing: set[Seq] = set()
        self._names: dict[UserId, str] = {}

    async def follow(self, name: str, since: int | None) -> None:
        """Until one is in the room no more, which raises LookupError.  *since*: begin after this message, not now."""
        room = await self._client.room_named(name)
        me = (await self._client.welcome()).user.id
        if since is None:
            self._last = room.seq
        else:
            self._last = Seq(since)
            await self._catch_up(room.room)
        async for event in self._client.events():
            match event:
                case Message() if event.room == room.room:
                    await self._show([event])
                case Reset() if event.room == room.room:
                    await self._catch_up(room.room)
                case Member() if event.room == room.room and not (event.left and event.user.id == me):
                    self._learn([event.user])
                case Member(left=True) | Gone() | RoomRow(deleted=int()) if event.room == room.room:
                    raise LookupError(f"You are in {name} no more.")

    async def _catch_up(self, room: RoomId) -> None:
        while True:
            page = await self._page(room)
            self._learn(page.users)
            await self._show(page.messages)
            if page.at_end or not page.messages:
                # What was told in between is on these pages already.
                self._rev = page.rev
                return

    async def _page(self, room: RoomId) -> Page:
        return await answered(lambda: self._client.history(room, after=self._last, limit=PAGE), self._pause)

    def _learn(self, users: Iterable[UserCard]) -> None:
        self._names |= {user.id: user.display_name or user.name for user in users}

    async def _show(self, messages: Sequence[Message]) -> None:
        unknown = {message.author for message in messages} - self._names.keys()
        if unknown and not self._is_json:
            self._learn(await self._client.users(list(unknown)))
        for message in messages:
            is_new = message.seq > self._last or message.seq in self._growing
            self._last = max(self._last, message.seq)
            if self._is_json and (is_new or message.rev > self._rev):
                print(msgspec.json.encode(message).decode(), flush=True)
            elif is_new and message.streaming:
                self._growing.add(message.seq)
            elif is_new and not self._is_json:
                self._growing.discard(message.seq)
                print(self._line(message), flush=True)

    def _line(self, message: Message) -> str:
        when = datetime.fromtimestamp(message.created / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
        name = _shown(self._names.get(message.author) or f"user {message.author}")
        dim, bold, plain = ("\x1b[2m", "\x1b[1m", "\x1b[0m") if self._has_colours else ("", "", "")
        said = "(deleted)" if message.deleted else message.text
        said = " ".join([said, *(f"[{file.name}]" for file in message.files)]).strip()
        # A second line that began at the margin could pass for another message.
        lines = "\n    ".join(_shown(line) for line in said.split("\n"))
        return f"{dim}{when} #{message.seq}{plain} {bold}{name}:{plain} {lines}"


def _shown(text: str) -> str:
    """*text* for a terminal, which obeys what is not to be seen; emoji are joined by such a sign, too."""
    return "".join(sign if sign.isprintable() or sign == "\u200d" else "?" for sign in text)
