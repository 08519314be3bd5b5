"""Posting, editing and deleting messages, and reading a room's history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

import attrs
import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace
from twisted.internet.defer import Deferred

from webchat.chat import mentions, permission, reactions
from webchat.chat.carried import Carried, carried_by, hash_of, look_up, passed_on, text_of
from webchat.chat.erasing import erase
from webchat.chat.files import check_ids, wanted
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.quotes import quoted_by
from webchat.live.limits import Buckets
from webchat.model.answers import Changed, Changes, Page, Posted, Revision
from webchat.model.commands import DeleteMessage, EditMessage, PostMessage
from webchat.model.events import Message, Reset
from webchat.model.extras import NONE, Extras, File, packed
from webchat.model.ids import MAX_INT, Millis, Rev, RoomId, Seq, UserId
from webchat.model.mentions import Mentioned, mentioned
from webchat.model.refusals import (
    BadRequest,
    Conflict,
    Forbidden,
    NoSuchMessage,
    Refusal,
    RoomArchived,
    SlowMode,
    SyncTooLarge,
)
from webchat.model.rooms import Membership, Room
from webchat.model.text import check_nonce, message_text
from webchat.model.users import Actor
from webchat.store import audit, directs, memberships, revisions, rooms, users
from webchat.store import changes as change_store
from webchat.store import files as file_store
from webchat.store import mentions as mention_store
from webchat.store import messages as message_store
from webchat.store.database import Database, fire

PAGE_LIMIT = 200
BLOCK_LIMIT = 500
MAX_REVISIONS = 100
"""Of what a message said before, so many texts are kept, the latest."""


class _Post(Struct, frozen=True, gc=False):
    """A post on its way to the writer.  *may_administer*: its author is one of those who run the server.

    *mentioned*: who may be meant by its text.
    """

    room: RoomId
    author: UserId
    text: str
    nonce: str | None
    body_hash: bytes
    created: Millis
    may_administer: bool = False
    carried: Carried | None = None
    mentioned: Mentioned | None = None


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
            text = text_of(command)
            if command.files:
                check_ids(command.files)
            if command.nonce is not None:
                check_nonce(command.nonce)
            (self._bot_posts if actor.user.kind == "bot" else self._posts).take(actor.id)
        except Refusal as refusal:
            done(refusal)
            return
        carried = carried_by(command)
        body_hash = hash_of(text, carried)
        now, may_administer = self._now(), actor.may_administer
        post = _Post(
            command.room, actor.id, text, command.nonce, body_hash, now, may_administer, carried, mentioned(text)
        )
        self._log.submit(command.room, _post_all, post, done)

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


def _row(db: sa.Connection, room: RoomId, seq: Seq) -> tuple[Message, ...]:
    message = message_store.maybe(db, room, seq)
    assert message is not None
    return (message,)


def _post_all(
    db: sa.Connection, held: Mapping[RoomId, Room], posts: Sequence[_Post]
) -> Sequence[Outcome[Posted] | Refusal]:
    """Stores all *posts*, whose rooms' rows are *held*: nonces and rights are looked up, counters raised, rows added.

    In this order, since only under the room's lock is what one reads still true when one writes; and a nonce that
    was used before raises nothing, or seq would have holes.
    """
    places = memberships.many(db, {(post.room, post.author) for post in posts})
    apart = _apart(db, held, places)
    slow: dict[tuple[RoomId, UserId], Millis] = {}
    files = _Files(db, posts)
    used = message_store.sent(db, {(p.room, p.author, p.nonce) for p in posts if p.nonce is not None})
    answers: list[Outcome[Posted] | Refusal | None] = []
    fresh: dict[RoomId, list[int]] = {}
    first_use: dict[message_store.NonceKey, int] = {}
    repeats: list[int] = []
    said_again: dict[int, tuple[str, Extras]] = {}
    for number, post in enumerate(posts):
        answer: Outcome[Posted] | Refusal | None = None
        key = None if post.nonce is None else (post.room, post.author, post.nonce)
        # The author's nonce comes before her rights: a lost answer is repeated though she has left since.
        if key is not None and key in used:
            answer = _repeat(post, used[key])
        elif key is not None and key in first_use:
            repeats.append(number)
        else:
            room, place = held.get(post.room), places.get((post.room, post.author))
            if room is None or room.deleted is not None or place is None or not place.is_active:
                answer = permission.refuse_outsider(room)
            else:
                answer = _refuse_post(post, room, place, apart, slow)
                if answer is None and post.carried is not None:
                    answer = look_up(db, post.room, post.carried) or files.refuse(number, post)
                if answer is None and post.carried is not None and post.carried.forward is not None:
                    found = passed_on(db, post.author, post.carried.forward)
                    if isinstance(found, Refusal):
                        answer = found
                    else:
                        said_again[number] = found
            if answer is None:
                fresh.setdefault(post.room, []).append(number)
                if key is not None:
                    first_use[key] = number
        answers.append(answer)
    added: list[message_store.NewMessage] = []
    meant = _meant(db, held, places, posts, fresh)
    noted: list[mention_store.Mention] = []
    threads = {room: _threads(posts, numbers) for room, numbers in fresh.items()}
    raised = rooms.raise_for_posts(db, {room: (len(numbers), len(threads[room])) for room, numbers in fresh.items()})
    for room_id, numbers in fresh.items():
        seq, rev = raised[room_id]
        # The posts come first, then the rows of the messages that began their threads.
        rev = Rev(rev - len(threads[room_id]))
        for offset, number in enumerate(numbers, 1 - len(numbers)):
            post = posts[number]
            new = message_store.NewMessage(
                room_id,
                Seq(seq + offset),
                Rev(rev + offset),
                post.author,
                post.nonce,
                post.body_hash,
                post.text,
                post.created,
            )
            extras = NONE
            if post.carried is not None:
                text, extras = said_again.get(number, (post.text, NONE))
                if post.carried.files:
                    extras = Extras(files=files.of(number))
                    files.attach(number, new.seq)
                elif extras.files:
                    extras = replace(extras, files=files.pass_on(new, extras.files))
                new = new._replace(text=text, reply=post.carried.reply, thread=post.carried.thread)
            if number in meant:
                extras = replace(extras, mentions=meant[number].people, everyone=meant[number].everyone)
            if extras is not NONE:
                new = new._replace(extras=packed(extras))
            one = message_store.as_told(new)
            if number in meant:
                noted += meant[number].rows(one)
            answers[number] = Outcome(Posted(room_id, one.seq, one.rev, post.created), (one,))
            added.append(new)
    message_store.add(db, added)
    mention_store.add(db, noted)
    files.store(db)
    memberships.read_up_to(db, [(one.room, one.author, one.seq) for one in added])
    for room_id, roots in threads.items():
        if roots:
            last = fresh[room_id][-1]
            answer = answers[last]
            assert isinstance(answer, Outcome)
            changed = _count_replies(db, room_id, roots, answer.rows[0].rev)
            answers[last] = Outcome(answer.answer, answer.rows + changed)
    if slow:
        memberships.posted(db, slow)
    for number in repeats:
        post = posts[number]
        assert post.nonce is not None
        original = posts[first_use[(post.room, post.author, post.nonce)]]
        answer = answers[first_use[(post.room, post.author, post.nonce)]]
        assert isinstance(answer, Outcome)
        sent = message_store.Sent(answer.answer.seq, answer.answer.rev, original.created, original.body_hash)
        answers[number] = _repeat(post, sent)
    return [answer for answer in answers if answer is not None]


def _meant(
    db: sa.Connection,
    held: Mapping[RoomId, Room],
    places: Mapping[tuple[RoomId, UserId], Membership],
    posts: Sequence[_Post],
    fresh: Mapping[RoomId, Sequence[int]],
) -> dict[int, mentions.Meant]:
    """Who is meant by those of the posts that are stored; asked only where a text has an `@`."""
    texts = {
        number: mentions.naming(held[room], places[room, posts[number].author], posts[number].may_administer, found)
        for room, numbers in fresh.items()
        for number in numbers
        if (found := posts[number].mentioned) is not None
    }
    return mentions.look_up(db, texts) if texts else {}


class _Files:
    """The files that the posts of a batch carry: one question and one statement for all of them, none for none."""

    def __init__(self, db: sa.Connection, posts: Sequence[_Post]) -> None:
        ids = [id for post in posts if post.carried is not None for id in post.carried.files]
        self._brought = file_store.many(db, ids) if ids else {}
        self._taken: set[str] = set()
        self._of: dict[int, tuple[File, ...]] = {}
        self._attached: list[file_store.Attached] = []
        self._copied: list[file_store.Copied] = []

    def refuse(self, number: int, post: _Post) -> Refusal | None:
        """Why post *number* cannot carry its files; None if it can."""
        if post.carried is None or not post.carried.files:
            return None
        found = wanted(post.carried.files, self._brought, post.room, post.author, self._taken)
        if isinstance(found, Refusal):
            return found
        self._of[number] = found
        return None

    def of(self, number: int) -> tuple[File, ...]:
        """The files of post *number*."""
        return self._of.get(number, ())

    def attach(self, number: int, seq: Seq) -> None:
        """Post *number* has become message *seq*."""
        self._attached += [file_store.Attached(file.id, seq, place) for place, file in enumerate(self.of(number))]

    def pass_on(self, new: message_store.NewMessage, files: Sequence[File]) -> tuple[File, ...]:
        """*files* of another message, as *new* has them."""
        copies = tuple(replace(file, id=file_store.id_of_copy(file.id, new.room, new.seq)) for file in files)
        self._copied += [
            file_store.Copied(copy.id, file.id, new.author, new.room, new.seq, place, new.created)
            for place, (copy, file) in enumerate(zip(copies, files, strict=True))
        ]
        return copies

    def store(self, db: sa.Connection) -> None:
        """Gives the files to their messages."""
        if self._attached:
            file_store.attach(db, self._attached)
        if self._copied:
            file_store.copy(db, self._copied)


def _threads(posts: Sequence[_Post], numbers: Sequence[int]) -> dict[Seq, tuple[int, Millis]]:
    """Of the messages that began the threads of these posts: how many were added to each, and when the last one."""
    found: dict[Seq, tuple[int, Millis]] = {}
    for number in numbers:
        post = posts[number]
        if post.carried is not None and post.carried.thread is not None:
            count, _ = found.get(post.carried.thread, (0, post.created))
            found[post.carried.thread] = (count + 1, post.created)
    return found


def _count_replies(
    db: sa.Connection, room: RoomId, roots: Mapping[Seq, tuple[int, Millis]], rev: Rev
) -> tuple[Message, ...]:
    """Counts the replies in the messages that began the threads: changes of the room, after *rev*."""
    more = [
        message_store.MoreReplies(room, seq, count, at, Rev(rev + offset))
        for offset, (seq, (count, at)) in enumerate(roots.items(), 1)
    ]
    message_store.count_replies(db, more)
    return tuple(row for one in more for row in _row(db, room, one.seq))


def _apart(
    db: sa.Connection, held: Mapping[RoomId, Room], places: Mapping[tuple[RoomId, UserId], Membership]
) -> set[tuple[RoomId, UserId]]:
    """Who may not post in a conversation of two, since one blocks the other; asked only where there are some."""
    directs_held = {room.id for room in held.values() if room.kind == "direct"}
    wanted = [place for place in places if place[0] in directs_held] if directs_held else []
    return directs.apart(db, wanted) if wanted else set()


def _refuse_post(
    post: _Post,
    room: Room,
    place: Membership,
    apart: set[tuple[RoomId, UserId]],
    slow: dict[tuple[RoomId, UserId], Millis],
) -> Refusal | None:
    """Why a member may not post now; None if she may: in a slow room *slow* then holds when she did."""
    if room.archived is not None:
        return RoomArchived()
    refusal = permission.refuse_speech(room, place, post.may_administer, post.created)
    if refusal is not None:
        return refusal
    key = (post.room, post.author)
    if apart and key in apart:
        return Forbidden("One of the two of you blocks the other.")
    if room.slow and not (place.may_moderate or post.may_administer):
        pause = room.slow * 1000
        # However the clocks differ, nobody waits for longer than the room says.
        wait = min(slow.get(key, place.posted) + pause - post.created, pause)
        if wait > 0:
            return SlowMode(retry_after=round(wait / 1000 + 0.05, 1))
        slow[key] = post.created
    return None


def _repeat(post: _Post, sent: message_store.Sent) -> Outcome[Posted] | Refusal:
    if sent.body_hash != post.body_hash:
        return Conflict("This nonce was used for another text.", field="nonce")
    return Outcome(Posted(post.room, sent.seq, sent.rev, sent.created, duplicate=True))
