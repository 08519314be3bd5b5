"""The client: it comes back by itself, sends what waits exactly once, and tells what happens in order."""

from __future__ import annotations

import random
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from webchat.client.feed import STOPPED, Feed
from webchat.client.line import Dialler, End, Line
from webchat.client.patience import Patience
from webchat.client.positions import Positions, Told, read
from webchat.client.requests import Requests
from webchat.client.web import Web
from webchat.model.answers import Changed, Marked, Page, Place, Posted, Welcome
from webchat.model.extras import File
from webchat.model.ids import Rev, RoomId, Seq, UserId
from webchat.model.rooms import RoomState
from webchat.model.users import UserCard
from webchat.model.web import origin_of

_encode = msgspec.json.encode

WELCOME_SECONDS = 10.0


class Client:
    """One account's place at a server, from `start` to `stop` (or `async with`), over any number of connections.

    What is asked while the line is broken waits, and is sent when it is back; a request is answered with what the
    server said, or raises its Refusal (`webchat.model.refusals`), or Ended when there is no coming back.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        server: str,
        token: str,
        *,
        trust_root: Any = None,
        uniform: Callable[[float, float], float] = random.uniform,
        new_nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        """*server*: as typed into a browser, `https://chat.example.org`.  *token*: one for programs.

        *trust_root*: who vouches for the server's certificate, in place of the system's authorities; an
        IOpenSSLTrustRoot.  Raises ValueError for an address that is none.
        """
        origin = origin_of(server)
        self._reactor = reactor
        self._token = token
        self._new_nonce = new_nonce
        self._dialler = Dialler(reactor, origin, self, trust_root)
        self._web = Web(reactor, origin, token, trust_root)
        self._patience = Patience(uniform)
        self._positions = Positions()
        self._line: Line | None = None
        self._welcomed_at: float | None = None
        self._welcome: Welcome | None = None
        self._at_least = 0.0
        self._timer: Any = None
        self._dialling: Deferred[Any] | None = None
        self._is_running = False
        self._gone: Deferred[None] | None = None
        self._feed = Feed(self._positions.resets)
        self._requests = Requests(reactor, self._put)

    # Beginning and end.

    def start(self) -> None:
        """Connects, and stays connected."""
        self._is_running = True
        self._dial()

    async def stop(self) -> None:
        """Says goodbye.  What still waits to be answered fails with Ended."""
        self._is_running = False
        self._stop_waiting()
        if self._dialling is not None:
            self._dialling.cancel()
        if self._line is not None:
            self._gone = Deferred()
            self._line.hang_up()
            await self._gone
        self._finish(End(STOPPED, "the client was stopped"))
        await self._web.close()

    async def __aenter__(self) -> Client:
        self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    async def welcome(self) -> Welcome:
        """What the server said last when it let this client in; waits for the first time.  Raises Ended."""
        while self._welcome is None:
            await self._feed.news()
        return self._welcome

    # What happens.

    def events(self) -> AsyncIterator[Told]:
        """What happens, as `async for` takes it, each change of a room once and in order.

        Welcome each time the line is back, Joined for a room that was entered, in which what is older than its rev is
        history, Gone for a room that was lost meanwhile; Reset where too much was missed:
        then load the newest page.  Whoever falls 10,000 events behind gets Reset for every room.  Ends when the client
        is stopped.  Raises Ended.
        """
        return self._feed

    # What is asked.

    async def post(self, room: RoomId, text: str, nonce: str | None = None, **more: Any) -> Posted:
        """Says something; it is stored once, however often the line breaks.  *more*: reply, thread, forward, files.

        Posts to one room are stored in the order of these calls.
        """
        more |= {"room": room, "text": text, "nonce": nonce or self._new_nonce()}
        return msgspec.convert(await self._requests.ask("post", more, room), Posted)

    async def edit(self, room: RoomId, seq: Seq, text: str, if_rev: Rev | None = None) -> Changed:
        """Replaces the text of one's own message; *if_rev*: only if it is still at this rev."""
        return await self._changed("edit", room=room, seq=seq, text=text, if_rev=if_rev)

    async def delete(self, room: RoomId, seq: Seq) -> Changed:
        """Turns a message into a tombstone."""
        return await self._changed("delete", room=room, seq=seq)

    async def react(self, room: RoomId, seq: Seq, emoji: str, on: bool = True) -> Changed:
        """Gives an emoji to a message, or takes one's own back."""
        return await self._changed("react", room=room, seq=seq, emoji=emoji, on=on)

    async def join(self, room: RoomId) -> Changed:
        """Enters a public room."""
        return await self._changed("join", room=room)

    async def leave(self, room: RoomId) -> Changed:
        """Leaves a room."""
        return await self._changed("leave", room=room)

    async def read(self, room: RoomId, seq: Seq) -> Marked:
        """Marks the room as read up to *seq*."""
        return msgspec.convert(await self._requests.ask("read", {"room": room, "seq": seq}), Marked)

    async def unread(self, room: RoomId, seq: Seq) -> Place:
        """Has the room count as unread from *seq* on, until it is read up to there."""
        return msgspec.convert(await self._requests.ask("unread", {"room": room, "seq": seq}), Place)

    async def users(self, ids: list[UserId]) -> list[UserCard]:
        """Who these people are, up to 200 at once; unknown ids are left out."""
        return msgspec.convert((await self._requests.ask("users", {"ids": ids}))["users"], list[UserCard])

    def typing(self, room: RoomId) -> None:
        """Shows that a message is being written: at most once, now or never."""
        if self._welcomed_at is not None:
            self._put(_encode({"type": "typing", "room": room}))

    async def room_named(self, name: str) -> RoomState:
        """The room one belongs to with this title, or this number.  Raises LookupError for none or several, Ended."""
        await self.welcome()
        rooms = self._positions.rooms
        found = [room for room in rooms if room.title.casefold() == name.casefold()]
        if not found and name.isdecimal():
            found = [room for room in rooms if room.room == int(name)]
        if len(found) != 1:
            why = "You are in several rooms" if found else "You are in no room"
            raise LookupError(f"{why} named {name}.")
        return found[0]

    async def history(
        self,
        room: RoomId,
        *,
        before: Seq | None = None,
        after: Seq | None = None,
        around: Seq | None = None,
        limit: int = 50,
    ) -> Page:
        """A page of the room's messages: the newest, or those by a seq.  Raises Refusal, or OSError without an answer.

        A row of a page is older than an event with a greater rev.
        """
        where = {"before": before, "after": after, "around": around, "limit": limit}
        return await self._web.page(room, {name: value for name, value in where.items() if value is not None})

    async def upload(self, room: RoomId, name: str, content: bytes) -> File:
        """Brings a file to the room, to be posted by its id: `post(room, "", files=[file.id])`."""
        return await self._web.upload(room, name, content)

    async def _changed(self, kind: str, **members: Any) -> Changed:
        return msgspec.convert(await self._requests.ask(kind, members), Changed)

    # The line.

    def _put(self, text: bytes) -> None:
        if self._line is not None:
            self._line.send(text)

    def _dial(self) -> None:
        self._dialling = self._dialler.dial()
        self._dialling.addCallbacks(self._connected, self._not_connected)

    def _connected(self, line: Line) -> None:
        self._dialling = None
        if self._is_running:
            self._line = line
        else:
            line.abort()

    def _not_connected(self, failure: Failure) -> None:
        self._dialling = None
        if self._is_running:
            self._log.info("No connection: {why}", why=failure.getErrorMessage())
            self._come_back(0.0)

    # As the line's ear.

    def opened(self, line: Line) -> None:
        hello = {"type": "hello", "token": self._token, "rooms": self._positions.hello()}
        if self._positions.epoch is not None:
            hello["epoch"] = self._positions.epoch
        line.send(_encode(hello))
        self._timer = self._reactor.callLater(WELCOME_SECONDS, line.abort)

    def heard(self, line: Line, text: bytes) -> None:
        frame = msgspec.json.decode(text)
        kind = frame.get("type")
        if kind in ("ok", "error"):
            if "id" in frame:
                self._requests.answer(frame)
            else:
                self._log.warn("The server says {code}: {message}", code=frame["code"], message=frame["message"])
                self._at_least = float(frame.get("retry_after") or 0.0)
            return
        event = read(frame)
        if event is not None:
            told = self._positions.take(event)
            if isinstance(event, Welcome):
                self._welcomed(event)
            self._feed.put(told)
        elif "rev" in frame and "room" in frame:
            self._positions.skip(frame["room"], frame["rev"])
        for room, rev in self._positions.missed():
            self._requests.ask("sync", {"room": room, "rev": rev}).addErrback(self._not_synced)

    def _not_synced(self, failure: Failure) -> None:
        """A room one has just left is no loss; with a new line every room is asked for again."""
        self._log.info("Not synced: {why}", why=failure.getErrorMessage())

    def _welcomed(self, welcome: Welcome) -> None:
        self._stop_waiting()
        self._welcome = welcome
        self._welcomed_at = self._reactor.seconds()
        self._requests.opened()

    def ended(self, line: Line, end: End) -> None:
        self._stop_waiting()
        lasted = 0.0 if self._welcomed_at is None else self._reactor.seconds() - self._welcomed_at
        self._line = self._welcomed_at = None
        self._positions.broken()
        self._requests.broken()
        if self._gone is not None:
            self._gone.callback(None)
        elif end.is_final:
            self._finish(end)
        elif self._is_running:
            self._log.info("The line is broken: {code} {reason}", code=end.code, reason=end.reason)
            self._come_back(lasted, end.retry_after)

    def _stop_waiting(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None

    def _come_back(self, lasted: float, at_least: float = 0.0) -> None:
        at_least, self._at_least = max(at_least, self._at_least), 0.0
        pause = self._patience.pause(self._reactor.seconds(), lasted, at_least)
        self._timer = self._reactor.callLater(pause, self._dial)

    def _finish(self, end: End) -> None:
        if self._feed.end is None:
            self._is_running = False
            self._requests.finish(end)
            self._feed.finish(end)
