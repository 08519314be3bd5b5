"""Who may act on the server and on other people's accounts: asked in the transaction that acts."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.ids import UserId
from webchat.model.refusals import Forbidden, NoSuchUser, Unauthenticated
from webchat.model.users import Actor, User
from webchat.store import users as user_store

Who = Actor | None
"""Who acts; None: the operator, at the machine itself, who may do everything."""


def id_of(by: Who) -> UserId | None:
    """How the audit log calls who acts."""
    return None if by is None else by.id


def refuse_guest(actor: Actor) -> None:
    """Raises Forbidden for somebody who only looks round."""
    if actor.user.role == "guest":
        raise Forbidden("Guests cannot do this: make an account first.")


def administer(db: sa.Connection, by: Who) -> User | None:
    """Who acts, as the account is now: an owner or admin of the server.  Raises Forbidden, Unauthenticated."""
    if by is None:
        return None
    user = user_store.maybe(db, by.id)
    if user is None or user.disabled is not None:
        raise Unauthenticated
    if user.role not in ("owner", "admin"):
        raise Forbidden("Only the server's owner and admins do this.")
    return user


def own(db: sa.Connection, by: Who) -> User | None:
    """As *administer*, for the owner alone."""
    user = administer(db, by)
    if user is not None and user.role != "owner":
        raise Forbidden("Only the server's owner does this.")
    return user


def rule(db: sa.Connection, by: Who, target: UserId) -> User:
    """The account *target*, which who acts may act on.

    The owner acts on everybody else, an admin on members, guests and bots; nobody on herself.  Raises Forbidden,
    Unauthenticated, NoSuchUser.
    """
    ruler, user = administer(db, by), user_store.maybe(db, target)
    if user is None:
        raise NoSuchUser
    if ruler is None:
        return user
    if ruler.id == user.id:
        raise Forbidden("You cannot do this to yourself.")
    if user.role == "owner" or (user.role == "admin" and ruler.role != "owner"):
        raise Forbidden("Only the server's owner acts on its admins, and nobody on its owner.")
    return user
