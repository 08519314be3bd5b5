"""Posts on their way into the rooms' logs: all that wait at a time, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace

from webchat.chat import mentions, permission
from webchat.chat.carried import Carried, look_up, passed_on
from webchat.chat.files import wanted
from webchat.chat.log import Outcome
from webchat.model.answers import Posted
from webchat.model.extras import NONE, Extras, File, packed
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.mentions import Mentioned
from webchat.model.refusals import Conflict, Forbidden, Refusal, RoomArchived, SlowMode
from webchat.model.rooms import Membership, Room
from webchat.store import directs, memberships, rooms
from webchat.store import files as file_store
from webchat.store import mentions as mention_store
from webchat.store import messages as message_store


class Post(Struct, frozen=True, gc=False):
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


def post_all(
    db: sa.Connection, held: Mapping[RoomId, Room], posts: Sequence[Post]
) -> Sequence[Outcome[Posted] | Refusal]:
    """Stores all *posts*, whose rooms' rows are *held*: nonces and rights are looked up, counters raised, rows added.

    In this order, since only under the room's lock is what one reads still true when one writes; and a nonce that
    was used before raises nothing, or seq would have holes.
    """
    batch = _Batch(db, held, posts, memberships.many(db, {(post.room, post.author) for post in posts}))
    batch.sort()
    batch.store()
    batch.repeat()
    return [batch.answers[number] for number in range(len(posts))]


@attrs.define(eq=False)
class _Batch:
    """The posts of one transaction, and what becomes of each.  A post's number is its place among them.

    *fresh*: the numbers of those to be stored, room by room.  *repeats*: of those that say again, by their nonce,
    what another one in the batch says.  *passed_on*: text and extras of those that pass on what somebody has said.
    *slowed*: who has posted where she has to wait until she may again, and when she did.
    """

    db: sa.Connection
    held: Mapping[RoomId, Room]
    posts: Sequence[Post]
    places: Mapping[tuple[RoomId, UserId], Membership]
    answers: dict[int, Outcome[Posted] | Refusal] = attrs.field(factory=dict, init=False)
    fresh: dict[RoomId, list[int]] = attrs.field(factory=dict, init=False)
    repeats: dict[int, int] = attrs.field(factory=dict, init=False)
    passed_on: dict[int, tuple[str, Extras]] = attrs.field(factory=dict, init=False)
    slowed: dict[tuple[RoomId, UserId], Millis] = attrs.field(factory=dict, init=False)
    files: _Files = attrs.field(init=False)
    apart: set[tuple[RoomId, UserId]] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.files = _Files(self.db, self.posts)
        self.apart = _apart(self.db, self.held, self.places)

    def sort(self) -> None:
        """Tells those that are stored from those that have been already, and those that are refused."""
        used = message_store.sent(
            self.db, {(post.room, post.author, post.nonce) for post in self.posts if post.nonce is not None}
        )
        first_use: dict[message_store.NonceKey, int] = {}
        for number, post in enumerate(self.posts):
            key = None if post.nonce is None else (post.room, post.author, post.nonce)
            # The author's nonce comes before her rights: a lost answer is repeated though she has left since.
            if key is not None and key in used:
                self.answers[number] = _repeat(post, used[key])
            elif key is not None and key in first_use:
                self.repeats[number] = first_use[key]
            elif (refusal := self._refuse(number, post)) is not None:
                self.answers[number] = refusal
            else:
                self.fresh.setdefault(post.room, []).append(number)
                if key is not None:
                    first_use[key] = number

    def store(self) -> None:
        """Numbers the posts that are stored, and writes all that goes with them."""
        meant = self._meant()
        threads = {room: _threads(self.posts, numbers) for room, numbers in self.fresh.items()}
        raised = rooms.raise_for_posts(
            self.db, {room: (len(numbers), len(threads[room])) for room, numbers in self.fresh.items()}
        )
        added: list[message_store.NewMessage] = []
        noted: list[mention_store.Mention] = []
        for room, numbers in self.fresh.items():
            seq, rev = raised[room]
            # The posts come first, then the rows of the messages that began their threads.
            rev = Rev(rev - len(threads[room]))
            for offset, number in enumerate(numbers, 1 - len(numbers)):
                new = self._message(number, Seq(seq + offset), Rev(rev + offset), meant.get(number))
                told = message_store.as_told(new)
                if number in meant:
                    noted += meant[number].rows(told)
                self.answers[number] = Outcome(Posted(room, new.seq, new.rev, new.created), (told,))
                added.append(new)
        message_store.add(self.db, added)
        mention_store.add(self.db, noted)
        self.files.store(self.db)
        memberships.spoke(self.db, [(one.room, one.author, one.seq) for one in added])
        if self.slowed:
            memberships.posted(self.db, self.slowed)
        for room, roots in threads.items():
            if roots:
                self._count_replies(room, roots)

    def repeat(self) -> None:
        """Answers those that say again what another one of the batch says."""
        for number, first in self.repeats.items():
            answer, original = self.answers[first], self.posts[first]
            assert isinstance(answer, Outcome)
            sent = message_store.Sent(answer.answer.seq, answer.answer.rev, original.created, original.body_hash)
            self.answers[number] = _repeat(self.posts[number], sent)

    def _refuse(self, number: int, post: Post) -> Refusal | None:
        """Why post *number* is not stored; None if it is."""
        room, place = self.held.get(post.room), self.places.get((post.room, post.author))
        if room is None or room.deleted is not None or place is None or not place.is_active:
            return permission.refuse_outsider(room)
        is_slowed = room.slow > 0 and not (place.may_moderate or post.may_administer)
        refusal = self._refuse_author(post, room, place)
        if refusal is None and is_slowed:
            refusal = self._refuse_haste(post, room, place)
        if refusal is None and post.carried is not None:
            refusal = self._refuse_carried(number, post, post.carried)
        if refusal is None and is_slowed:
            # Only now: nobody waits for what was not posted.
            self.slowed[post.room, post.author] = post.created
        return refusal

    def _refuse_author(self, post: Post, room: Room, place: Membership) -> Refusal | None:
        """Why a member may not post; None if she may."""
        if room.archived is not None:
            return RoomArchived()
        refusal = permission.refuse_speech(room, place, post.may_administer, post.created)
        if refusal is None and self.apart and (post.room, post.author) in self.apart:
            return Forbidden("One of the two of you blocks the other.")
        return refusal

    def _refuse_haste(self, post: Post, room: Room, place: Membership) -> Refusal | None:
        """Why somebody has to wait in a slow room; None if she has waited."""
        pause = room.slow * 1000
        last = self.slowed.get((post.room, post.author), place.posted)
        # However the clocks differ, nobody waits for longer than the room says.
        wait = min(last + pause - post.created, pause)
        return SlowMode(retry_after=round(wait / 1000 + 0.05, 1)) if wait > 0 else None

    def _refuse_carried(self, number: int, post: Post, carried: Carried) -> Refusal | None:
        """Why post *number* cannot carry what it does; None if it can."""
        refusal = look_up(self.db, post.room, carried) or self.files.refuse(number, post)
        if refusal is not None or carried.forward is None:
            return refusal
        found = passed_on(self.db, post.author, carried.forward)
        if isinstance(found, Refusal):
            return found
        self.passed_on[number] = found
        return None

    def _meant(self) -> dict[int, mentions.Meant]:
        """Who is meant by those of the posts that are stored; asked only where a text has an `@`."""
        texts = {
            number: mentions.naming(self.held[room], self.places[room, post.author], post.may_administer, found)
            for room, numbers in self.fresh.items()
            for number in numbers
            if (found := (post := self.posts[number]).mentioned) is not None
        }
        return mentions.look_up(self.db, texts) if texts else {}

    def _message(self, number: int, seq: Seq, rev: Rev, meant: mentions.Meant | None) -> message_store.NewMessage:
        """What post *number* has become."""
        post = self.posts[number]
        new = message_store.NewMessage(
            post.room, seq, rev, post.author, post.nonce, post.body_hash, post.text, post.created
        )
        extras = NONE
        if post.carried is not None:
            text, extras = self.passed_on.get(number, (post.text, NONE))
            if post.carried.files:
                extras = Extras(files=self.files.of(number))
                self.files.attach(number, seq)
            elif extras.files:
                extras = replace(extras, files=self.files.pass_on(new, extras.files))
            if post.carried.action:
                extras = replace(extras, action=True)
            if post.carried.streaming:
                extras = replace(extras, streaming=True)
            new = new._replace(text=text, reply=post.carried.reply, thread=post.carried.thread)
        if meant is not None:
            extras = replace(extras, mentions=meant.people, everyone=meant.everyone)
        return new if extras is NONE else new._replace(extras=packed(extras))

    def _count_replies(self, room: RoomId, roots: Mapping[Seq, tuple[int, Millis]]) -> None:
        """Counts the replies in the messages that began threads: changes of the room, told with its last post."""
        last = self.fresh[room][-1]
        answer = self.answers[last]
        assert isinstance(answer, Outcome)
        more = [
            message_store.MoreReplies(room, seq, count, at, Rev(answer.answer.rev + offset))
            for offset, (seq, (count, at)) in enumerate(roots.items(), 1)
        ]
        message_store.count_replies(self.db, more)
        changed = [message_store.maybe(self.db, room, seq) for seq in roots]
        self.answers[last] = Outcome(answer.answer, (*answer.rows, *filter(None, changed)))


class _Files:
    """The files that the posts of a batch carry: one question and one statement for all of them, none for none."""

    def __init__(self, db: sa.Connection, posts: Sequence[Post]) -> None:
        ids = [id for post in posts if post.carried is not None for id in post.carried.files]
        self._brought = file_store.many(db, ids) if ids else {}
        self._taken: set[str] = set()
        self._of: dict[int, tuple[File, ...]] = {}
        self._attached: list[file_store.Attached] = []
        self._copied: list[file_store.Copied] = []

    def refuse(self, number: int, post: Post) -> Refusal | None:
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


def _threads(posts: Sequence[Post], numbers: Sequence[int]) -> dict[Seq, tuple[int, Millis]]:
    """Of the messages that began the threads of these posts: how many were added to each, and when the last one."""
    found: dict[Seq, tuple[int, Millis]] = {}
    for number in numbers:
        post = posts[number]
        if post.carried is not None and post.carried.thread is not None:
            count, _ = found.get(post.carried.thread, (0, post.created))
            found[post.carried.thread] = (count + 1, post.created)
    return found


def _apart(
    db: sa.Connection, held: Mapping[RoomId, Room], places: Mapping[tuple[RoomId, UserId], Membership]
) -> set[tuple[RoomId, UserId]]:
    """Who may not post in a conversation of two, since one blocks the other; asked only where there are some."""
    directs_held = {room.id for room in held.values() if room.kind == "direct"}
    wanted = [place for place in places if place[0] in directs_held] if directs_held else []
    return directs.apart(db, wanted) if wanted else set()


def _repeat(post: Post, sent: message_store.Sent) -> Outcome[Posted] | Refusal:
    if sent.body_hash != post.body_hash:
        return Conflict("This nonce was used for another text.", field="nonce")
    return Outcome(Posted(post.room, sent.seq, sent.rev, sent.created, duplicate=True))
