"""What an endpoint of the older clients is: where it lies, whom it answers, what it is asked, how it refuses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import attrs

from webchat.chat import Chat
from webchat.chat.sessions import Device, SignedIn
from webchat.legacy.dialect import Cards
from webchat.legacy.pictures import Pictures
from webchat.legacy.shapes import Shapes
from webchat.legacy.tokens import express_token, laravel_token
from webchat.model.refusals import BadRequest, Unauthenticated
from webchat.model.users import Actor

Family = Literal["laravel", "express"]
Caller = Literal["anybody", "known", "known by browser"]
"""*anybody*: her token is looked at, if she has one; *known*: by token; *known by browser*: or by device cookie."""
Reply = Callable[[str, str], Awaitable[str]]
"""What the robot says to a text in a language (`zh-CN`, `en`)."""

MOST = 2**31


@attrs.frozen
class Services:
    """What all doors for older clients work with.

    *befriends*: an added friend is one at once, without being asked.  *shows_strangers*: what is said in the public
    rooms is for everybody, so its pictures are too.
    """

    chat: Chat
    pictures: Pictures
    shapes: Shapes
    cards: Cards
    reply: Reply
    befriends: bool = False
    shows_strangers: bool = False


@attrs.frozen
class Asked:
    """One request, read.  *cookie*: the device cookie, where it may be believed."""

    services: Services
    device: Device
    query: Mapping[str, str]
    fields: Mapping[str, Any]
    file: bytes | None = attrs.field(repr=False)
    authorization: tuple[str, ...] = attrs.field(repr=False)
    cookie: str | None = attrs.field(repr=False)
    locale: str
    caller: Actor | None = None

    @property
    def chat(self) -> Chat:
        return self.services.chat

    @property
    def actor(self) -> Actor:
        """Who asks.  Raises Unauthenticated."""
        if self.caller is None:
            raise Unauthenticated
        return self.caller

    def token(self, family: Family | None) -> str | None:
        """The token that it came with, as *family* (None: either of them) sends it."""
        by_express = express_token(self.query, self.authorization) if family != "laravel" else None
        return by_express or (
            laravel_token(self.query, self.fields, self.authorization) if family != "express" else None
        )

    def text(self, name: str, default: str | None = None) -> str:
        """The text *name* of body or query.  Raises BadRequest where it is none; missing and null are the default."""
        value = self.fields.get(name, self.query.get(name))
        if value is None:
            value = default
        if not isinstance(value, str):
            raise BadRequest(field=name)
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """The whole number *name* of body or query, 0 or more.  Raises BadRequest."""
        value = self.fields.get(name, self.query.get(name))
        if value is None or value == "":
            value = default
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 10:
            value = int(value)
        if type(value) is not int or not 0 <= value < MOST:
            raise BadRequest(field=name)
        return value


def language(asked: Asked | None) -> str:
    """The language that an answer is wanted in: English if that was asked for, else that of these clients' pages."""
    return "zh-CN" if asked is None else asked.locale


@attrs.frozen
class Answer:
    """An answer that is more than its JSON.

    *signed*: who has just signed in, whom the browser is known by from now on.  *forgets*: by nobody any more.
    """

    value: dict[str, Any]
    signed: SignedIn | None = None
    forgets: bool = False


Handler = Callable[[Asked], Awaitable[dict[str, Any] | Answer]]
Refuse = Callable[["Asked | None", Any], tuple[int, dict[str, Any]]]
"""How a refusal is told, as (status, body); the request is None where it could not be read."""


@attrs.frozen
class Endpoint:
    """One of them.  *family*: whose token it takes; None: of either."""

    method: str
    path: str
    handler: Handler
    family: Family | None
    refuse: Refuse
    caller: Caller = "known"
    is_upload: bool = False
