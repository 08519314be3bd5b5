"""People and bots with an account, and who asks."""

from __future__ import annotations

from typing import Literal

import attrs
from msgspec import Struct

from webchat.model.bots import Need, Scope
from webchat.model.ids import Millis, RoomId, SessionId, UserId
from webchat.model.refusals import InsufficientScope

UserKind = Literal["human", "bot"]
UserRole = Literal["owner", "admin", "member", "guest"]
Status = Literal["auto", "away", "busy", "invisible"]
State = Literal["online", "away", "busy", "offline"]
"""What others see of somebody: by her connections, unless her status says something else."""
SessionKind = Literal["browser", "api"]
BotState = Literal["active", "stopped", "disabled"]
Locale = Literal["zh-CN", "en"]
ContactState = Literal["none", "asked", "asks", "accepted"]
"""How somebody stands to the reader: nothing between them, the reader asked, she asks the reader, contacts."""


class UserCard(Struct, frozen=True):
    """What everybody may know of an account."""

    id: UserId
    name: str
    display_name: str
    kind: UserKind = "human"
    avatar: str | None = None


class Me(Struct, frozen=True):
    """What an account's owner is told about herself."""

    id: UserId
    name: str
    display_name: str
    kind: UserKind
    role: UserRole
    email: str | None
    created: Millis
    avatar: str | None = None
    about: str = ""
    locale: str | None = None
    status: Status = "auto"


@attrs.frozen
class User:
    """An account, as it is stored, without its password.

    *avatar* names the files of her picture.  *silenced*: until when she may not post anywhere.  *deleted*: given up.
    """

    id: UserId
    name: str
    display_name: str
    kind: UserKind
    role: UserRole
    email: str | None
    created: Millis
    disabled: Millis | None
    about: str = ""
    avatar: str | None = None
    locale: str | None = None
    status: Status = "auto"
    silenced: Millis | None = None
    deleted: Millis | None = None

    @property
    def may_administer(self) -> bool:
        return self.role in ("owner", "admin")

    @property
    def card(self) -> UserCard:
        return UserCard(self.id, self.name, self.display_name, self.kind, self.avatar)

    @property
    def me(self) -> Me:
        return Me(
            self.id,
            self.name,
            self.display_name,
            self.kind,
            self.role,
            self.email,
            self.created,
            self.avatar,
            self.about,
            self.locale,
            self.status,
        )


@attrs.frozen
class Session:
    """A signed-in device or a token; never a connection.  *scopes*: what it may be used for; None: everything."""

    id: SessionId
    user: UserId
    kind: SessionKind
    label: str
    created: Millis
    seen: Millis
    expires: Millis | None
    agent: str
    address: str
    scopes: frozenset[Scope] | None = None


@attrs.frozen
class Actor:
    """Who asks: an account, recognised by one of its sessions."""

    user: User
    session: Session

    @property
    def id(self) -> UserId:
        return self.user.id

    @property
    def may_administer(self) -> bool:
        return self.user.may_administer

    def may(self, need: Need) -> bool:
        """Whether her token may be used for that."""
        return self.session.scopes is None or need in self.session.scopes

    def need(self, need: Need) -> None:
        """Raises InsufficientScope where her token may not be used for that."""
        if not self.may(need):
            raise InsufficientScope(
                "Only a token without scopes does this." if need == "all" else f"This token lacks the scope {need}."
            )


class SessionView(Struct, frozen=True):
    """A device or token as its owner sees it.  Times in ms since 1970.  *scopes*: null where it is good for all."""

    id: SessionId
    kind: SessionKind
    label: str
    created: Millis
    seen: Millis
    expires: Millis | None
    agent: str
    address: str
    current: bool
    scopes: tuple[Scope, ...] | None = None


class BotView(Struct, frozen=True):
    """A bot, for those who manage it.

    *owner*: who answers for it; null: the server itself.  *stopped*: by its owner; *disabled*: by those who run the
    server.  *seen*: when one of its *tokens* was last used.
    """

    user: UserCard
    about: str
    role: UserRole
    owner: UserCard | None
    created: Millis
    state: BotState
    tokens: int
    seen: Millis | None


class LinkView(Struct, frozen=True):
    """A link that leads into a room, as its members see it: the code itself is told only once, when it is made."""

    id: int
    created: Millis
    expires: Millis
    uses_left: int
    created_by: UserCard


class ContactView(Struct, frozen=True):
    """Somebody who is a contact of the reader, or is asked, or asks.  *note*: what came with the request."""

    user: UserCard
    state: ContactState
    created: Millis
    note: str = ""


class BlockView(Struct, frozen=True):
    """Somebody of whom the reader wants to hear nothing."""

    user: UserCard
    created: Millis


class SharedRoom(Struct, frozen=True):
    """A room that two people belong to."""

    room: RoomId
    title: str
    kind: Literal["public", "private"]
    picture: str | None = None


class Profile(Struct, frozen=True):
    """What the reader may know of somebody: *rooms* are those that both belong to, 50 at most."""

    user: UserCard
    role: UserRole
    about: str
    created: Millis
    rooms: tuple[SharedRoom, ...]
    contact: ContactState
    note: str
    blocked: bool


class InviteView(Struct, frozen=True):
    """An invitation to register: the code itself is told only once, when it is made."""

    id: int
    created: Millis
    expires: Millis
    uses_left: int
    created_by: UserId
