"""What every new account must satisfy, how it is made, and how it comes into the lobby."""

from __future__ import annotations

import attrs
import sqlalchemy as sa

from webchat.chat.passwords import acceptable
from webchat.chat.rooms import add_member
from webchat.model.events import Row
from webchat.model.ids import Millis, RoomId
from webchat.model.names import account_name, email_key, name_key
from webchat.model.refusals import NameTaken
from webchat.model.text import DISPLAY_NAME_LIMIT, folded, line_of_text
from webchat.model.users import User, UserRole
from webchat.store import memberships
from webchat.store import rooms as room_store
from webchat.store import users as user_store


def new_user(
    name: str, display_name: str, password: str, email: str | None, role: UserRole, now: Millis
) -> user_store.NewUser:
    """The account that is wished for, its password not yet hashed.  Raises BadName, BadText, BadEmail, WeakPassword."""
    name = account_name(name)
    display_name = line_of_text(display_name or name, DISPLAY_NAME_LIMIT, "display name")
    email = email.strip() if email else None
    key = email_key(email) if email else None
    acceptable(password, name, display_name)
    return user_store.NewUser(
        name, name_key(name), display_name, folded(display_name), email, key, None, "human", role, now
    )


def insert_user(db: sa.Connection, new: user_store.NewUser) -> User:
    """Makes the account, without its address where another has it.  Raises NameTaken."""
    if user_store.name_is_taken(db, new.name_key):
        raise NameTaken(field="name")
    if new.email_key is not None and user_store.email_is_taken(db, new.email_key):
        new = attrs.evolve(new, email=None, email_key=None)
    return user_store.add(db, new)


def enter_lobby(db: sa.Connection, lobby: RoomId | None, user: User) -> tuple[Row, ...]:
    """Makes *user*, who is new, a member of the lobby, if there is one that can be joined."""
    room = None if lobby is None else room_store.maybe(db, lobby)
    if room is None or room.kind != "public" or room.archived is not None or room.deleted is not None:
        return ()
    if memberships.maybe(db, room.id, user.id) is not None:
        return ()
    return add_member(db, room, user, "member")
