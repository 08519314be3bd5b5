"""The index takes in what has changed, and proposes what was asked for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.extras import Extras, File
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.refusals import BadRequest
from webchat.model.tokens import phrases
from webchat.store import messages, rooms, search


class Searching(StoreTests):
    """Messages taken in and found."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.ben = self.user("anna"), self.user("ben")
        self.tea = self.room("Tea")
        self.join(self.tea, self.anna)

    def say(self, text: str, room: RoomId | None = None, author: UserId | None = None, at: int = 0, **more: Any) -> Seq:
        """A message, posted *at* ms after NOW."""

        def work(db: sa.Connection) -> Seq:
            where = room or self.tea
            seq, rev = rooms.raise_counters(db, where, 1, 1)
            new = messages.NewMessage(
                where, seq, rev, author or self.anna, None, b"\0" * 32, text, Millis(NOW + at), **more
            )
            messages.add(db, [new])
            return seq

        return self.write(work)

    def take_in(self, limit: int = search.BATCH) -> int:
        """Takes in everything; answers in how many batches."""
        count = 0
        while waiting := self.read(search.behind, RoomId(0), 100):
            self.assertTrue(self.write(search.take_in, self.read(search.changes, waiting, limit)))
            count += 1
        return count

    def find(self, text: str, limit: int = 50, below: int = search.LAST, **more: Any) -> list[Seq]:
        user = more.pop("user", self.anna)
        found, _ = self.read(search.newest, search.Wanted(user, phrases(text), **more), below, limit)
        return [one.message.seq for one in found]

    def change(self, room: RoomId, work: Any, *rest: Any) -> None:
        def changing(db: sa.Connection) -> None:
            _, rev = rooms.raise_counters(db, room, 0, 1)
            work(db, room, *rest, rev)

        self.write(changing)

    def docs(self) -> list[tuple[int, int]]:
        rows = self.read(lambda db: db.exec_driver_sql("SELECT room, seq FROM search_docs ORDER BY room, seq").all())
        return [tuple(row) for row in rows]

    def test_in_batches(self) -> None:
        """Everything is taken in, however small the batches, and each message once."""
        other = self.room("Other")
        for n in range(7):
            self.say(f"word{n} tea", at=n)
        for n in range(4):
            self.say(f"word{n} coffee", other, at=n)
        self.assertGreaterEqual(self.take_in(limit=3), 4)
        self.assertEqual(self.take_in(), 0)
        self.assertEqual(len(self.docs()), 11)
        self.assertEqual(self.find("tea"), [7, 6, 5, 4, 3, 2, 1])
        self.assertEqual(self.find("coffee"), [])
        self.join(other, self.anna)
        self.assertEqual(self.find("coffee"), [4, 3, 2, 1])

    def test_edited_and_deleted(self) -> None:
        """What is edited is found by its new words, at once no more by the old ones; what is deleted not at all."""
        first, second = self.say("green tea"), self.say("black tea", at=1)
        self.take_in()
        self.change(self.tea, messages.edit, first, "white coffee", NOW)
        self.change(self.tea, messages.delete, second, NOW)
        self.assertEqual(self.find("tea"), [])
        self.take_in()
        self.assertEqual((self.find("tea"), self.find("white"), self.docs()), ([], [1], [(self.tea, 1)]))
        self.assertEqual(self.words("tea"), 0)

    def words(self, word: str) -> int:
        """How many rows of the index hold *word*."""
        if self.engines.is_sqlite:
            query = "SELECT count(*) FROM search_words WHERE search_words MATCH ?"
            return int(self.read(lambda db: db.exec_driver_sql(query, (word,)).scalar()))
        query = "SELECT count(*) FROM search_words WHERE tokens @@ %s::tsquery"
        return int(self.read(lambda db: db.exec_driver_sql(query, (word,)).scalar()))

    def test_stale(self) -> None:
        """What was read before another node took it in is not written over it."""
        self.say("one")
        old = self.read(search.changes, [self.tea])
        self.change(self.tea, messages.edit, 1, "two", NOW)
        self.take_in()
        self.write(search.take_in, old)
        self.assertEqual((self.find("one"), self.find("two"), self.words("one")), ([], [1], 0))

    def test_removed(self) -> None:
        """With a message goes what is kept of it, whoever removes it."""
        for n in range(4):
            self.say("tea", at=n)
        self.take_in()
        self.write(lambda db: db.exec_driver_sql("DELETE FROM messages WHERE seq <= 2"))
        self.assertEqual((self.docs(), self.words("tea")), ([(self.tea, 3), (self.tea, 4)], 2))
        self.write(lambda db: db.exec_driver_sql("DELETE FROM messages WHERE seq = 4"))
        self.assertEqual((self.docs(), self.words("tea")), ([(self.tea, 3)], 1))
        self.write(lambda db: db.exec_driver_sql("DELETE FROM messages"))
        self.assertEqual((self.docs(), self.words("tea")), ([], 0))

    def test_room_that_is_gone(self) -> None:
        """Clearing away a room clears the index too; nothing of it is found meanwhile, and nothing more taken in."""
        self.say("tea")
        self.take_in()
        self.say("more tea", at=1)
        self.change(self.tea, lambda db, room, rev: rooms.change(db, room, rev, deleted=NOW))
        self.assertEqual(self.find("tea"), [])
        self.take_in()
        self.assertEqual(self.docs(), [(self.tea, 1)])
        self.write(rooms.purge, self.tea, 100)
        self.assertEqual((self.docs(), self.words("tea")), ([], 0))

    def test_membership(self) -> None:
        """Only who is in the room finds what was said in it; who has left, nothing."""
        self.say("tea")
        self.take_in()
        self.assertEqual(self.find("tea", user=self.ben), [])
        self.join(self.tea, self.ben)
        self.assertEqual(self.find("tea", user=self.ben), [1])
        self.leave(self.tea, self.ben)
        self.assertEqual(self.find("tea", user=self.ben), [])

    def test_many_rooms(self) -> None:
        """Who is in more rooms than the index is asked for finds the same."""
        self.patch(search, "ROOMS_IN_INDEX", 2)  # type: ignore[attr-defined]
        for n in range(4):
            room = self.room(f"Room {n}")
            self.say(f"tea{n} tea", room, at=n)
            if n != 2:
                self.join(room, self.anna)
        self.take_in()
        found, _ = self.read(search.newest, search.Wanted(self.anna, phrases("tea")), search.LAST, 10)
        self.assertEqual([one.message.text for one in found], ["tea3 tea", "tea1 tea", "tea0 tea"])
        self.assertEqual(len(self.read(search.newest, search.Wanted(self.anna, (), after=NOW), search.LAST, 10)[0]), 3)

    def test_one_moment(self) -> None:
        """More messages of one millisecond than it has numbers for are all kept, and in order."""
        self.patch(search, "_BITS", 2)  # type: ignore[attr-defined]
        for _ in range(11):
            self.say("tea")
        self.take_in(limit=5)
        self.assertEqual(self.find("tea"), list(range(11, 0, -1)))

    def test_pages(self) -> None:
        """A page goes on below the last one's number, whatever has been said since."""
        for n in range(5):
            self.say("tea", at=n)
        self.take_in()
        wanted = search.Wanted(self.anna, phrases("tea"))
        first, below = self.read(search.newest, wanted, search.LAST, 2)
        self.say("tea", at=9)
        self.take_in()
        assert below is not None
        rest, end = self.read(search.newest, wanted, below, 10)
        self.assertEqual([one.message.seq for one in first], [5, 4])
        self.assertEqual(([one.message.seq for one in rest], end), ([3, 2, 1], None))

    def test_bounded(self) -> None:
        """A search looks at so many proposals, and says where it would go on."""
        self.patch(search, "EXAMINED", 10)  # type: ignore[attr-defined]
        for n in range(30):
            self.say("tea", at=n)
        self.take_in()
        # None of them is what the index takes it for.
        self.write(lambda db: db.execute(messages.messages.update().values(text="coffee")))
        found, below = self.read(search.newest, search.Wanted(self.anna, phrases("tea")), search.LAST, 5)
        self.assertEqual(found, [])
        self.assertIsNotNone(below)

    def test_far_back(self) -> None:
        """What is rare, or common but long ago, is found through everything that was said since."""
        self.patch(search, "_NEAR", 5)  # type: ignore[attr-defined]
        self.patch(search, "_FAR", 12)  # type: ignore[attr-defined]
        self.patch(search, "_COMMON", 2)  # type: ignore[attr-defined]
        for n in range(60):
            old = "old " if n < 30 else ""
            self.say(f"{old}tea" + (" sometimes" if n % 3 == 0 else "") + (" rare" if n == 7 else ""), at=n)
        self.take_in()
        self.assertEqual(self.find("rare"), [8])
        self.assertEqual(self.find("old", limit=3), [30, 29, 28])
        self.assertEqual(self.find("tea", limit=60), list(range(60, 0, -1)))
        self.assertEqual(self.find("sometimes", limit=7), [58, 55, 52, 49, 46, 43, 40])
        self.assertEqual(self.find("old", limit=60), list(range(30, 0, -1)))

    def test_filters(self) -> None:
        """By author, by what it has, by time; together with words or alone."""
        picture = File("f1", "Cat on a mat.png", "image/png", "image", 10)
        paper = File("f2", "quarterly-report.pdf", "application/pdf", "file", 10)
        packed = [messages.packed(Extras(files=(one,))) for one in (picture, paper)]
        self.join(self.tea, self.ben)
        self.say("look", extras=packed[0])
        self.say("read", author=self.ben, at=10, extras=packed[1])
        self.say("https://example.org look", at=20)
        self.say("nothing", author=self.ben, at=30)
        self.take_in()
        self.assertEqual(self.find("", has=("file",)), [2, 1])
        self.assertEqual(self.find("look", has=("image",)), [1])
        self.assertEqual(self.find("", has=("link",)), [3])
        self.assertEqual(self.find("", author=self.ben), [4, 2])
        self.assertEqual(self.find("", before=NOW + 20, after=NOW + 10), [2])
        self.assertEqual(self.find("report", within="files"), [2])
        self.assertEqual(self.find("cat mat", within="files"), [1])
        self.assertEqual(self.find('"a mat"', within="files"), [1])
        self.assertEqual(self.find("look", within="files"), [])
        self.assertEqual(self.find("", room=self.room("Empty")), [])
        (one,), _ = self.read(
            search.newest, search.Wanted(self.anna, phrases("mat"), "files", has=("file",)), search.LAST, 5
        )
        self.assertEqual(dict(one.names), {0: ((9, 12),)})

    def test_too_dear(self) -> None:
        """What takes too long is given up."""
        for n in range(50):
            self.say("tea", at=n)
        self.take_in()
        self.patch(search, "_STEPS", 10)  # type: ignore[attr-defined]
        self.patch(search, "_MOST_STEPS", 3)  # type: ignore[attr-defined]
        self.patch(search, "_CAREFULLY", "SET LOCAL statement_timeout = 1")  # type: ignore[attr-defined]
        if not self.engines.is_sqlite:
            self.patch(search, "_FLOOR", "SELECT id FROM search_docs, pg_sleep(1) WHERE id < %s AND id >= %s OFFSET %s")  # type: ignore[attr-defined]
        self.assertRaises(BadRequest, self.find, "tea")
        # The connection is as good as before.
        self.patch(search, "_CAREFULLY", "SET LOCAL statement_timeout = 1000")  # type: ignore[attr-defined]
        self.assertEqual(len(self.read(lambda db: db.exec_driver_sql("SELECT id FROM search_docs").all())), 50)

    def test_anew(self) -> None:
        """Everything is forgotten bit by bit, and taken in again."""
        for n in range(5):
            self.say("tea", at=n)
        self.take_in()
        self.assertEqual([self.write(search.forget, 3) for _ in range(2)], [False, True])
        self.assertEqual((self.find("tea"), self.words("tea")), ([], 0))
        self.take_in()
        self.assertEqual(len(self.find("tea")), 5)

    def test_monsters(self) -> None:
        """Whatever a message is made of, it is taken in, and those behind it too."""
        for n, text in enumerate(("ก" + "\u0e31" * 9_000, "é" * 9_000, "\ufdfa" * 9_000, "☃" * 9_000, "a" * 9_000)):
            self.say(text, at=n)
        self.say("tea", at=9)
        self.take_in()
        self.assertEqual([self.find(text) for text in ("tea", "☃☃", "a" * 64, "é" * 99)], [[6], [4], [5], [2]])

    def test_only_one_takes_in(self) -> None:
        """While one node takes in what has changed another one does nothing; with SQLite there is one writer anyway."""
        if self.engines.is_sqlite:
            return
        self.say("tea")
        changes = self.read(search.changes, [self.tea])
        with self.engines.reader.connect() as db, db.begin():
            db.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (search._ADVISORY_LOCK,))
            self.assertFalse(self.write(search.take_in, changes))
        self.assertTrue(self.write(search.take_in, changes))

    def test_rev_without_messages(self) -> None:
        """What else changes in a room is passed over once."""
        self.assertEqual(self.read(search.changes, [self.tea]).marks, ((self.tea, Rev(0), Rev(2)),))
        self.take_in()
        self.assertEqual(self.read(search.changes, [self.tea]), search.Changes((), (), (), True))


on_each_engine(Searching, globals())
