"""Pictures that the older clients say: one file and one message, however often and by whichever road they come."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from io import BytesIO
from typing import Any

import attrs
from twisted.internet.defer import Deferred

from webchat.chat import Chat
from webchat.model.answers import Posted
from webchat.model.commands import PostMessage
from webchat.model.extras import File
from webchat.model.ids import RoomId, UserId
from webchat.model.refusals import BadPicture, NoSuchFile, Refusal, TooLarge
from webchat.model.users import Actor

LARGEST = 5 * 1024 * 1024
AGAIN_SECONDS = 60.0
"""Within so long the same picture, in the same room, by the same person, is the same message."""
_TAKEN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
_MOST_REMEMBERED = 1_000

_Key = tuple[UserId, RoomId, bytes]


@attrs.define(eq=False)
class Said:
    """A picture that is being said, or has been lately.  *waiting*: who wants to know how it ends."""

    since: float
    file: File | None = None
    waiting: list[Deferred[Any]] = attrs.field(factory=list)


class Pictures:
    """Takes pictures from all dialects.  One for the door, for as long as it lives."""

    def __init__(self, chat: Chat, clock: Callable[[], float]) -> None:
        self._chat = chat
        self._clock = clock
        self._said: OrderedDict[_Key, Said] = OrderedDict()

    async def say(self, actor: Actor, room: RoomId, content: bytes) -> File:
        """Makes *content* a message in the room, unless it was one within the last minute.

        `laravel` sends each picture twice, as a file and inside of an event, in either order: the second waits for the
        first.  What fails leaves nothing.  Raises what `keep` and `Messages.post` raise.
        """
        key = (actor.id, room, hashlib.sha256(content).digest())
        now = self._clock()
        said = self._said.get(key)
        if said is not None and now - said.since < AGAIN_SECONDS:
            if said.file is None:
                ended: Deferred[Any] = Deferred()
                said.waiting.append(ended)
                file: File = await ended
                return file
            return said.file
        said = self._said[key] = Said(now)
        self._said.move_to_end(key)
        self._forget_old(now)
        try:
            said.file = await self._say(actor, room, content)
        except BaseException as error:
            if self._said.get(key) is said:
                del self._said[key]
            for one in said.waiting:
                one.errback(error)
            raise
        for one in said.waiting:
            one.callback(said.file)
        return said.file

    async def _say(self, actor: Actor, room: RoomId, content: bytes) -> File:
        file = await self.keep(actor, room, content)
        try:
            await self._chat.messages.post(actor, PostMessage(0, room, "", files=(file.id,)))
        except Refusal:
            await self._chat.files.discard(actor, file.id)
            raise
        return file

    async def keep(self, actor: Actor, room: RoomId, content: bytes) -> File:
        """Keeps *content*, a picture, to be said in *room* within a day.

        Raises TooLarge, BadPicture for what is no PNG, JPEG, WebP or GIF by its content, and what `Files.bring` raises.
        """
        if len(content) > LARGEST:
            raise TooLarge
        file = await self._chat.files.bring(actor, room, BytesIO(content), "picture")
        if file.mime not in _TAKEN:
            await self._chat.files.discard(actor, file.id)
            raise BadPicture
        return file

    async def say_kept(self, actor: Actor, room: RoomId, id: str, nonce: str | None = None) -> Posted:
        """Says a picture that the actor has brought, perhaps to another room.  Raises NoSuchFile, and as `say`."""
        try:
            return await self._chat.messages.post(actor, PostMessage(0, room, "", nonce=nonce, files=(id,)))
        except NoSuchFile:
            opened = await self._chat.files.open(actor, id)
            with opened.stream:
                if opened.size > LARGEST:
                    raise TooLarge from None
                file = await self.keep(actor, room, opened.stream.read())
        return await self._chat.messages.post(actor, PostMessage(0, room, "", nonce=nonce, files=(file.id,)))

    def _forget_old(self, now: float) -> None:
        while self._said:
            key, oldest = next(iter(self._said.items()))
            if now - oldest.since < AGAIN_SECONDS and len(self._said) <= _MOST_REMEMBERED:
                return
            del self._said[key]
