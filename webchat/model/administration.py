"""What those who run the server see of it, and what they decide while it runs."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from webchat.model.answers import RegistrationPolicy
from webchat.model.ids import Millis, RoomId, UserId
from webchat.model.rooms import RoomKind
from webchat.model.users import UserCard, UserKind, UserRole

TERMS_LIMIT = 10_000

Creators = Literal["all", "admins"]
AccountState = Literal["active", "silenced", "disabled", "deleted"]


class Account(Struct, frozen=True):
    """An account, for those who run the server.  *seen*: when it was last used.  *devices*: browsers signed in.

    *featured*: it is shown to everybody as somebody to know.
    """

    id: UserId
    name: str
    display_name: str
    kind: UserKind
    role: UserRole
    state: AccountState
    created: Millis
    seen: Millis | None
    devices: int
    silenced: Millis | None
    avatar: str | None = None
    featured: bool = False


class RoomEntry(Struct, frozen=True):
    """A room, for those who run the server: also one they do not belong to."""

    room: RoomId
    kind: RoomKind
    title: str
    created: Millis
    archived: Millis | None
    members: int


class AuditEntry(Struct, frozen=True):
    """One act.  *actor*: null for the operator at the machine itself, 0 for the server.  *room* and *user*: to whom."""

    id: int
    created: Millis
    actor: UserId | None
    action: str
    room: RoomId | None
    user: UserId | None
    details: dict[str, Any]


class AuditPage(Struct, frozen=True):
    """Acts, newest first, with the people in them; *next* is null on the last page."""

    entries: tuple[AuditEntry, ...]
    users: tuple[UserCard, ...]
    next: int | None


class Overview(Struct, frozen=True):
    """The server at a glance.  *accounts* and *rooms*: how many were ever made.  *online*: people connected here.

    *robot*: whether one answers; *robot_host*, *robot_model*: which language model it asks, and where; null: none.
    """

    version: str
    database: str
    accounts: int
    rooms: int
    online: int
    connections: int
    open_reports: int
    robot: bool = False
    robot_host: str | None = None
    robot_model: str | None = None


class RunningSettings(Struct, frozen=True):
    """What is decided while the server runs.  *guests*: whether one may look round without an account.

    *retention*: days after which messages are removed, in rooms that do not say otherwise; 0: never.  *previews*: the
    server looks at the pages that messages link to.  *webhooks*: rooms may have other servers told of what happens.
    *bots*: who makes some.
    """

    title: str
    registration: RegistrationPolicy
    guests: bool
    creating: Creators
    terms: str
    retention: int = 0
    previews: bool = False
    webhooks: bool = False
    bots: Creators = "admins"


class ResetLink(Struct, frozen=True):
    """A code with which somebody sets a new password, once: told this once.  The link is /reset/CODE."""

    code: str
    expires: Millis
