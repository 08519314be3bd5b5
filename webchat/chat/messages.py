"""Posting, editing and deleting messages, and reading a room's history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import attrs
import sqlalchemy as sa
from msgspec.structs import replace
from twisted.internet.defer import Deferred

from webchat.chat import mentions, permission, reactions
from webchat.chat.carried import Carried, carried_by, hash_of, text_of
from webchat.chat.erasing import erase
from webchat.chat.files import check_ids
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.posting import Post, post_all
from webchat.chat.quotes import quoted_by
from webchat.live.limits import Buckets
from webchat.model.answers import Changed, Changes, Page, Posted, Revision
from webchat.model.commands import DeleteMessage, EditMessage, PostMessage
from webchat.model.events import Message, Reset
from webchat.model.ids import MAX_INT, Millis, Rev, RoomId, Seq
from webchat.model.mentions import mentioned
from webchat.model.refusals import BadRequest, Conflict, Forbidden, NoSuchMessage, Refusal, SyncTooLarge
from webchat.model.text import check_nonce, message_text
from webchat.model.users import Actor
from webchat.store import audit, revisions, rooms, users
from webchat.store import changes as change_store
from webchat.store import messages as message_store
from webchat.store.database import Database, fire

PAGE_LIMIT = 200
BLOCK_LIMIT = 500
MAX_REVISIONS = 100
"""Of what a message said before, so many texts are kept, the latest."""


@attrs.define(eq=False)
class Messages:
    """What can be done with messages."""

    _log: RoomLog
    _database: Database
    _epoch: Callable[[], str]
    _now: Callable[[], Millis]
    _posts: Buckets
    _bot_posts: Buckets
    _edits: Buckets
    _forget_files: Callable[[Sequence[str]], Awaitable[None]]

    def post(self, actor: Actor, command: PostMessage) -> Deferred[Posted]:
        """Stores a message and tells the room; fires once it is stored.

        The same nonce again gets the same answer, `duplicate` set; with another text, Conflict.  Raises what
        `text_of` raises, what `look_up` and `passed_on` answer, NotAMember, NoSuchRoom, RoomArchived, Forbidden,
        Silenced, SlowMode, RateLimited, Busy, Unavailable, Retry.
        """
        done: Deferred[Posted] = Deferred()
        self.submit(actor, command, fire(done))
        return done

    def submit(self, actor: Actor, command: PostMessage, done: Callable[[Posted | BaseException], object]) -> None:
        """As *post*, without a Deferred: *done* is given the answer, or what went wrong."""
        try:
            post = self._made(actor, command)
        except Refusal as refusal:
            done(refusal)
            return
        self._log.submit(command.room, post_all, post, done)

    async def post_and(self, actor: Actor, command: PostMessage, work: Callable[[sa.Connection], object]) -> Posted:
        """As *post*, and does *work* in the same transaction; what was posted before is not done again either."""
        post = self._made(actor, command)

        def change(db: sa.Connection) -> Outcome[Posted]:
            room = rooms.maybe(db, command.room)
            (outcome,) = post_all(db, {} if room is None else {room.id: room}, [post])
            if isinstance(outcome, Refusal):
                raise outcome
            if not outcome.answer.duplicate:
                work(db)
            return outcome

        return await self._log.change(command.room, change)

    async def begin(self, actor: Actor, command: PostMessage) -> Posted:
        """As *post*, for a text that is going to grow.  It mentions nobody: nobody has read over what it says."""
        post = self._made(actor, command)
        carried = replace(post.carried or Carried(), streaming=True)
        growing = replace(post, carried=carried, mentioned=None)
        return await self._log.change_together(command.room, post_all, growing)

    async def grow(self, actor: Actor, room_id: RoomId, seq: Seq, text: str, is_complete: bool) -> bool:
        """Has the actor's own message say *text*, which keeps no revision and is no editing of it.

        False where it does not stream any more, or she may not speak there now: then it says what it did, and is over.
        """
        text, now = message_text(text), self._now()

        def work(db: sa.Connection) -> Outcome[bool]:
            message = message_store.maybe(db, room_id, seq)
            if message is None or not message.streaming or message.author != actor.id:
                return Outcome(False)
            try:
                permission.speaker(db, room_id, actor, now)
            except Refusal:
                return Outcome(False, grown(db, message, message.text, is_complete=True))
            if message.text == text and not is_complete:
                return Outcome(True)
            return Outcome(True, grown(db, message, text, is_complete))

        return await self._log.change(room_id, work)

    def _made(self, actor: Actor, command: PostMessage) -> Post:
        """What goes to the writer, by the pure rules and the allowance of who posts."""
        text = text_of(command)
        if command.files:
            check_ids(command.files)
        if command.nonce is not None:
            check_nonce(command.nonce)
        (self._bot_posts if actor.user.kind == "bot" else self._posts).take(actor.id)
        carried = carried_by(command)
        body_hash = hash_of(text, carried)
        now, may_administer = self._now(), actor.may_administer
        return Post(
            command.room, actor.id, text, command.nonce, body_hash, now, may_administer, carried, mentioned(text)
        )

    async def edit(self, actor: Actor, command: EditMessage) -> Changed:
        """Replaces the text of one's own message; an edit that took place already is answered as if it had now."""
        text = message_text(command.text)
        self._edits.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            room, place = permission.speaker(db, command.room, actor, now)
            message = message_store.maybe(db, command.room, command.seq)
            if message is None:
                raise NoSuchMessage
            if message.author != actor.id:
                raise Forbidden("Only its author edits a message.")
            if message.forwarded is not None:
                raise Forbidden("What somebody else has said is not edited.")
            if message.deleted is not None:
                raise Conflict("The message has been deleted.")
            if message.text == text:
                return Outcome(Changed(command.room, message.rev))
            if command.if_rev is not None and command.if_rev != message.rev:
                raise Conflict("The message has changed since.", field="if_rev")
            _, rev = rooms.raise_counters(db, command.room, 0, 1)
            revisions.keep(db, message, MAX_REVISIONS)
            message_store.edit(db, command.room, command.seq, text, now, rev)
            extras = mentions.edited(db, room, place, actor.may_administer, message, text)
            if extras is not None:
                message_store.set_extras(db, command.room, command.seq, extras, rev)
            return Outcome(Changed(command.room, rev), _row(db, command.room, command.seq))

        return await self._log.change(command.room, work)

    async def delete(self, actor: Actor, command: DeleteMessage) -> Changed:
        """Turns a message into a tombstone: one's own, or as moderator anybody's.  Deleting twice is deleting once."""
        self._edits.take(actor.id)
        now = self._now()
        contents: list[str] = []

        def work(db: sa.Connection) -> Outcome[Changed]:
            contents.clear()
            room, membership = permission.writer(db, command.room, actor)
            message = message_store.maybe(db, command.room, command.seq)
            if message is None:
                raise NoSuchMessage
            is_own = message.author == actor.id
            # Nobody looks after a direct conversation.
            if not is_own and (room.kind == "direct" or not permission.may_moderate(actor, membership)):
                raise Forbidden("Only its author and moderators delete a message.")
            if message.deleted is not None:
                return Outcome(Changed(command.room, message.rev))
            if not is_own:
                audit.record(db, now, actor.id, "message.delete", room=room.id, user=message.author, seq=command.seq)
            tombstone, contents[:] = erase(db, message, now)
            return Outcome(Changed(command.room, tombstone.rev), (tombstone,))

        changed = await self._log.change(command.room, work)
        await self._forget_files(contents)
        return changed

    async def page(
        self,
        actor: Actor,
        room: RoomId,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        limit: int = 50,
    ) -> Page:
        """A stretch of history: below *before*, above *after*, on both sides of *around*, else the newest."""
        if sum(given is not None for given in (before, after, around)) > 1:
            raise BadRequest("Give one of before, after, around.")
        limit = max(1, min(limit, PAGE_LIMIT))

        def work(db: sa.Connection) -> Page:
            now, _ = permission.member(db, room, actor)
            if after is not None:
                found = message_store.after(db, room, Seq(after), limit)
            elif around is not None:
                older = message_store.before(db, room, Seq(around), limit // 2)
                found = older + message_store.after(db, room, Seq(around - 1), limit - len(older))
            else:
                found = message_store.before(db, room, Seq(MAX_INT if before is None else before), limit)
            quoted = quoted_by(db, room, found)
            cards = users.cards(db, {message.author for message in (*found, *quoted)})
            first = found[0].seq if found else (now.seq + 1 if after is not None else now.floor + 1)
            last = found[-1].seq if found else (0 if before is not None else now.seq)
            return Page(
                room=room,
                epoch=self._epoch(),
                seq=now.seq,
                rev=now.rev,
                messages=tuple(found),
                users=tuple(cards),
                at_start=first <= now.floor + 1,
                at_end=last >= now.seq,
                quoted=quoted,
                reacted=reactions.given(db, room, actor.id, found),
            )

        return await self._database.read(work)

    async def one(self, actor: Actor, room: RoomId, seq: Seq) -> Message:
        """Message number *seq* of the room.  Raises NotAMember, NoSuchRoom, NoSuchMessage."""

        def work(db: sa.Connection) -> Message:
            permission.member(db, room, actor)
            message = message_store.maybe(db, room, seq)
            if message is None:
                raise NoSuchMessage
            return message

        return await self._database.read(work)

    async def revisions(self, actor: Actor, room: RoomId, seq: Seq) -> list[Revision]:
        """What a message said before it was edited: for its author, and for moderators.

        Nothing is known any more of one that is deleted.
        """

        def work(db: sa.Connection) -> list[Revision]:
            now, membership = permission.member(db, room, actor)
            message = message_store.maybe(db, room, seq)
            if message is None:
                raise NoSuchMessage
            # Nobody looks after a direct conversation.
            if message.author != actor.id and (now.kind == "direct" or not permission.may_moderate(actor, membership)):
                raise Forbidden("Only its author and moderators see what it said before.")
            return revisions.of_message(db, room, seq)

        return await self._database.read(work)

    async def changes(self, actor: Actor, room: RoomId, rev: int) -> Changes:
        """What changed in the room after *rev*.  Raises SyncTooLarge above 500 rows."""

        def work(db: sa.Connection) -> Changes:
            permission.member(db, room, actor)
            found = change_store.since(db, room, Rev(rev), BLOCK_LIMIT)
            if isinstance(found, Reset):
                raise SyncTooLarge
            return Changes(room, self._epoch(), found.rev, found.rows)

        return await self._database.read(work)


def grown(db: sa.Connection, message: Message, text: str, is_complete: bool) -> tuple[Message, ...]:
    """*message*, which is streaming, with another *text*: a change of its room."""
    _, rev = rooms.raise_counters(db, message.room, 0, 1)
    message_store.grow(db, message, text, rev, is_complete)
    return _row(db, message.room, message.seq)


def _row(db: sa.Connection, room: RoomId, seq: Seq) -> tuple[Message, ...]:
    message = message_store.maybe(db, room, seq)
    assert message is not None
    return (message,)
