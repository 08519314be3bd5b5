"""`raw`: plain JSON objects over a WebSocket, each with the token of who says it; all connections hear everything said.

A connection is nobody's: each object is judged by its own token, and what was said before, or on another connection,
counts for nothing.  So whoever connects hears the two public rooms, without a sign-in: the operator knows that when
this door is opened.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from webchat.chat.incidents import loggable
from webchat.legacy.dialect import Dialect
from webchat.legacy.endpoint import Services
from webchat.legacy.saying import say
from webchat.legacy.shapes import file_in
from webchat.legacy.texts import said
from webchat.legacy.tokens import read_token
from webchat.live.limits import Bucket, Rate
from webchat.model.events import Message, RoomRow
from webchat.model.ids import RoomId, SessionId, UserId
from webchat.model.refusals import BadPicture, BadRequest, EmptyText, Forbidden, Internal, Refusal, Unauthenticated
from webchat.model.text import printable
from webchat.ws.frames import text_frame
from webchat.ws.native import MAX_QUEUED, Peer, Timers
from webchat.ws.outgoing import write_all
from webchat.ws.patience import mind_the_haste, mind_the_queue

OFFLINE = "离线用户不能发送消息"
"""What somebody is told whose object has no token, or one that is nobody's."""
_SECRET = ("token", "api_token")
# Whom a message is by, its token decides: what else might name somebody is not passed on.
_NAMING = ("userid", "user_id", "username", "from", "src")

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Gallery:
    """All `raw` connections: together one listener in the hub, in the rooms 1 and 2, while there is one of them."""

    _log = Logger()
    user, session = UserId(0), SessionId(0)

    def __init__(
        self,
        services: Services,
        clock: Timers,
        token_bytes: Callable[[int], bytes],
        requests: Rate,
    ) -> None:
        self.chat = services.chat
        self.clock = clock
        self.requests = requests
        self._pictures = services.pictures
        self._shapes = services.shapes
        self._token_bytes = token_bytes
        self._talks: set[RawTalk] = set()
        self._sayings: dict[str, dict[str, Any]] = {}
        self._private: set[RoomId] = set()
        self._is_entering = False
        self.dialect = Dialect(services.cards, self._say, (Message, RoomRow))

    def talk(self, peer: Peer) -> RawTalk:
        """Another connection."""
        talk = RawTalk(peer, self)
        self._talks.add(talk)
        if not self._is_entering:
            self._is_entering = True
            Deferred.fromCoroutine(self._enter()).addErrback(self._not_entered)
        return talk

    def leave(self, talk: RawTalk) -> None:
        """A connection has ended."""
        self._talks.discard(talk)
        if not self._talks and self._is_entering:
            self._is_entering = False
            self._sayings.clear()
            for room in self.chat.hub.heard_by(self.user).copy():
                self.dialect.end(room)
            self.chat.hub.detach(self)

    async def _enter(self) -> None:
        hub, legacy = self.chat.hub, self.chat.legacy
        hub.attach(self)
        for room in await legacy.both():
            while self._is_entering and not hub.hears(self, room):
                found = await legacy.stored(room)
                if found.kind != "public":
                    self._private.add(room)
                self.dialect.begin(room, found.seq)
                if hub.enter(self, room, found.rev):
                    break
                # More has been delivered than was read.
                self.dialect.end(room)

    def _not_entered(self, failure: Any) -> None:
        self._is_entering = False
        self.chat.hub.detach(self)
        if failure.check(Refusal):
            self._log.warn("Raw connections hear nothing yet: {why}", why=failure.getErrorMessage())
        else:
            self._log.failure("Raw connections hear nothing", failure)

    # As the hub sees it.

    @property
    def port(self) -> Gallery:
        return self

    def deliver(self, data: bytes) -> None:
        self.dialect.write_all((self,), data)

    def deliver_passing(self, data: bytes) -> None:
        self.deliver(data)

    def release(self) -> None:
        """Nothing is held back."""

    def introduce(self, room: RoomId, *, unless_heard: bool = False) -> None:
        """Nobody's membership is told."""

    def dismiss(self, code: int, reason: str) -> None:
        """It belongs to no session."""

    def _say(self, ports: Any, events: Any) -> None:
        frames = []
        for event in events:
            number = self.chat.legacy.number_of(event.room)
            if isinstance(event, RoomRow):
                # What was public is open no more, or again.
                (self._private.discard if event.kind == "public" else self._private.add)(event.room)
            elif number is not None:
                told = self._as_told(event, number)
                if event.room not in self._private:
                    frames.append(text_frame(_encode(told)))
        if frames:
            write_all([talk.outgoing for talk in self._talks], b"".join(frames))

    def _as_told(self, message: Message, number: int) -> dict[str, Any]:
        card = self.dialect.cards.of(message.author)
        told = self._shapes.raw(message, card, number)
        as_sent = self._sayings.pop(message.nonce or "", None)
        if as_sent is None:
            return told
        # As it was sent, but for what its sender does not decide.
        face = as_sent.get("avatar")
        if face is not None and not _is_path(face):
            as_sent["avatar"] = told["avatar"]
        decided = ("name", "type", "content", "image")
        return {**as_sent, **{name: told[name] for name in decided}}

    async def say(self, sent: dict[str, Any], address: str) -> str | None:
        """Makes a message of the object *sent* by somebody at *address*, or carries it out: what that tells her alone.

        Raises Unauthenticated, and whatever speaks against it.
        """
        token = read_token(sent.get("token"))
        if token is None:
            raise Unauthenticated
        actor = await self.chat.accounts.authenticate(token, address)
        if not actor.may("write"):
            raise Forbidden
        kind, number = sent.get("type"), sent.get("room_id")
        if kind not in ("text", "image") or type(number) is not int:
            raise BadRequest
        body = sent.get("content" if kind == "text" else "image")
        if not isinstance(body, str):
            raise EmptyText
        file = file_in(body) if kind == "image" else None
        if kind == "image" and file is None:
            # A picture on another host would tell that host who looks at it.
            raise BadPicture
        room = await self.chat.legacy.numbered(number)
        await self.chat.legacy.enter(actor, room)
        nonce = f"raw-{self._token_bytes(16).hex()}"
        if self._talks:
            self._sayings[nonce] = {name: sent[name] for name in sent if name not in (*_SECRET, *_NAMING)}
        try:
            if file is not None:
                await self._pictures.say_kept(actor, room, file, nonce)
                return None
            ran = await say(self.chat, actor, room, body, nonce)
        except BaseException:
            self._sayings.pop(nonce, None)
            raise
        if ran.posted is None:
            self._sayings.pop(nonce, None)
        return None if ran.notice is None else ran.notice.text


class RawTalk:
    """One connection: its objects are carried out one after the other."""

    _log = Logger()
    __slots__ = (
        "_allowance",
        "_gallery",
        "_is_over",
        "_is_running",
        "_peer",
        "_refused_in_a_row",
        "_waiting",
        "outgoing",
    )

    def __init__(self, peer: Peer, gallery: Gallery) -> None:
        self._peer = peer
        self._gallery = gallery
        self.outgoing = peer.outgoing
        self.outgoing.on_backlog = self._mind_the_queue
        self._allowance = Bucket.full(gallery.requests, gallery.clock.seconds())
        self._waiting: deque[bytes] = deque()
        self._is_running = self._is_over = False
        self._refused_in_a_row = 0

    def receive(self, payload: bytes) -> None:
        """Takes one text."""
        if self._is_over:
            return
        try:
            self._allowance.take(self._gallery.clock.seconds())
        except Refusal as refusal:
            self._refuse(refusal, "")
            return
        self._waiting.append(payload)
        if len(self._waiting) >= MAX_QUEUED:
            self._peer.stop_reading()
        if not self._is_running:
            self._is_running = True
            Deferred.fromCoroutine(self._carry_out()).addErrback(self._failed)

    def finish(self) -> None:
        """Takes no more; what is under way is carried out."""
        self._is_over = True
        self._waiting.clear()

    def ended(self) -> None:
        """The connection is no more.  May be called twice."""
        self.finish()
        self.outgoing.ended()
        self._gallery.leave(self)

    async def _carry_out(self) -> None:
        while self._waiting:
            payload = self._waiting.popleft()
            if len(self._waiting) == MAX_QUEUED // 2:
                self._peer.go_on_reading()
            sent: Any = None
            try:
                try:
                    sent = _decode(payload)
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    raise Unauthenticated from None
                if not isinstance(sent, dict):
                    raise Unauthenticated
                answer = await self._gallery.say(sent, self._peer.address)
                if answer is not None and self.outgoing.is_open:
                    self.outgoing.write(text_frame(answer.encode()))
                self._refused_in_a_row = 0
            except Refusal as refusal:
                self._refuse(refusal, sent.get("name") if isinstance(sent, dict) else "")
            except Exception as error:  # The edge of a request.
                self._log.failure("A raw object could not be handled", loggable(error))
                self._refuse(Internal(), "")
        self._is_running = False

    def _refuse(self, refusal: Refusal, name: object) -> None:
        is_offline = isinstance(refusal, Unauthenticated)
        self._log.warn(
            "Nothing was saved of {name} at {address}: {code}",
            name=printable(str(name))[:64],
            address=self._peer.address,
            code=refusal.code,
        )
        if not self.outgoing.is_open:
            return
        self.outgoing.write(text_frame((OFFLINE if is_offline else said(refusal)).encode()))
        if refusal.retry_after is not None:
            self._refused_in_a_row += 1
            mind_the_haste(self._peer, self._refused_in_a_row)

    def _mind_the_queue(self) -> None:
        mind_the_queue(self._peer, self.outgoing.waiting)

    def _failed(self, failure: Any) -> None:
        self._is_running = False
        self._log.failure("A raw connection failed", failure)
        self._peer.close(1011, "internal")


def _is_path(address: object) -> bool:
    """Whether *address* leads to this server, whatever stands in it."""
    return isinstance(address, str) and address.startswith("/") and address[1:2] not in ("/", "\\")
