"""What a route is: where it lies, who may call it, what it reads, what it answers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import IO, Any, Generic, Literal, TypeVar

import attrs
import msgspec
from msgspec import Struct

from webchat.chat import Chat
from webchat.chat.sessions import Device
from webchat.model.bots import Need
from webchat.model.ids import RoomId, Seq
from webchat.model.refusals import Unauthenticated
from webchat.model.users import Actor

API = "/api/v1"

Caller = Literal["public", "signed_in", "admin"]
Body = TypeVar("Body")
Query = TypeVar("Query")


@attrs.frozen
class Call(Generic[Body, Query]):
    """One request to a route, read and checked.

    *numbers* are the `{names}` of the path, but for *picture*, *file*, *emoji* and *secret*, which are texts.
    *bearer* is the token it came with, on a public route nobody's yet.  *is_local*: made on this machine, not through a
    proxy.
    """

    chat: Chat
    caller: Actor | None
    device: Device
    body: Body
    query: Query
    numbers: Mapping[str, int]
    bearer: str | None = attrs.field(default=None, repr=False)
    is_local: bool = False
    picture: str = ""
    emoji: str = ""
    file: str = ""
    secret: str = attrs.field(default="", repr=False)

    @property
    def actor(self) -> Actor:
        """Who asks.  Raises Unauthenticated on a public route."""
        if self.caller is None:
            raise Unauthenticated
        return self.caller

    @property
    def room(self) -> RoomId:
        return RoomId(self.numbers["room"])

    @property
    def seq(self) -> Seq:
        return Seq(self.numbers["seq"])

    @property
    def id(self) -> int:
        return self.numbers["id"]


@attrs.frozen
class Reply:
    """An answer that is more than its value.

    *status* replaces the route's.  *token* becomes the session cookie; an empty one clears it.  *media_type*: the
    value is bytes and goes out as it stands.  *file* is sent in the value's place, as fast as it is read, and closed.
    *headers* stand in place of those that every answer has.
    """

    value: object = None
    status: int | None = None
    token: str | None = attrs.field(default=None, repr=False)
    media_type: str | None = None
    file: IO[bytes] | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """The body, or query, of a request that says all by its path: `{}`, or none at all."""


Handler = Callable[[Call[Any, Any]], Awaitable[object]]


@attrs.frozen
class Route:
    """One operation of the API; the table of them makes the resources, the documentation and the tests.

    *path* is written as in OpenAPI; each `{name}` is a positive number, `{picture}` the name of a picture, `{file}` a
    file's id, `{emoji}` an emoji, `{secret}` what lets its holder in.  *handler* gives an *answer* (None: nothing, 204)
    or a Reply around one; its docstring's first line is the summary.  *statuses* are further successful statuses,
    *refusals* the codes worth documenting.  *takes*: the media types of a body that is bytes, not JSON.  *body_limit*:
    bytes, where it is not the common one.  *is_probe*: asked by monitoring, as often as it likes.  *is_glance*: asked
    by the dozen when a page opens, and counted apart.  *is_upload*: the body is a file, as large as the operator
    allows; it is not read into memory but given to the handler as a stream.  *scope*: what the caller's token must be
    good for; see *needs*.
    """

    method: str
    path: str
    handler: Handler
    answer: Any = None
    body: type[Struct] | None = None
    query: type[Struct] | None = None
    status: int = 200
    statuses: tuple[int, ...] = ()
    who: Caller = "signed_in"
    refusals: tuple[str, ...] = ()
    body_limit: int | None = None
    media_type: str = "application/json"
    is_probe: bool = False
    takes: tuple[str, ...] = ()
    is_glance: bool = False
    is_upload: bool = False
    scope: Need | None = None
    decoder: msgspec.json.Decoder[Any] = attrs.field(init=False, repr=False, eq=False)

    lists: frozenset[str] = attrs.field(init=False, repr=False, eq=False)

    @decoder.default
    def _decoder(self) -> msgspec.json.Decoder[Any]:
        return msgspec.json.Decoder(self.body or Nothing)

    @lists.default
    def _lists(self) -> frozenset[str]:
        """The members of the query that may stand in it several times."""
        kind = msgspec.inspect.type_info(self.query or Nothing)
        assert isinstance(kind, msgspec.inspect.StructType)
        return frozenset(
            field.encode_name for field in kind.fields if isinstance(field.type, msgspec.inspect.VarTupleType)
        )

    @property
    def name(self) -> str:
        """What no other route is called."""
        return f"{self.method} {self.path}"

    @property
    def needs(self) -> Need | None:
        """What the caller's token must be good for: by default the server's affairs need all, changes need write."""
        if self.who == "public":
            return None
        if self.who == "admin":
            return "all"
        return self.scope or ("read" if self.method == "GET" else "write")

    @property
    def summary(self) -> str:
        """What it is for, in a sentence."""
        return (inspect.getdoc(self.handler) or "").partition("\n")[0]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The names in the path."""
        return tuple(re.findall(r"{(\w+)}", self.path))
