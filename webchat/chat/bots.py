"""Bots: accounts without a password, for which somebody else answers."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.chat.accounts import insert_user
from webchat.model.ids import Millis, UserId
from webchat.model.names import account_name, name_key
from webchat.model.text import DISPLAY_NAME_LIMIT, folded, line_of_text
from webchat.model.users import User
from webchat.store import bots as bot_store
from webchat.store.users import NewUser


def make_bot(db: sa.Connection, name: str, display_name: str, owner: UserId | None, now: Millis) -> User:
    """Makes an account for a program; nobody can sign in to it.  Raises BadName, NameTaken."""
    name = account_name(name)
    shown = line_of_text(display_name or name, DISPLAY_NAME_LIMIT, "display name")
    user = insert_user(db, NewUser(name, name_key(name), shown, folded(shown), None, None, None, "bot", "member", now))
    bot_store.add(db, user.id, owner, now)
    return user
