"""Rows of files, on each engine, and their contents on disk."""

from __future__ import annotations

import io
import os
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.extras import File
from webchat.model.ids import MAX_INT, Millis, Seq, UserId
from webchat.store import files
from webchat.store.files import Attached, Contents, Upload
from webchat.store.schema import rooms

SHA = "ab" * 32


class FileRows(StoreTests):
    """Brought, given to messages, found, removed."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.ben = self.user(), self.user("ben")
        self.lobby = self.room()
        for user in (self.anna, self.ben):
            self.join(self.lobby, user)

    def bring(self, number: int, owner: UserId | None = None, kind: str = "image", sha: str = SHA) -> str:
        file = File(f"{number:032x}", f"{number}.png", "image/png", kind, 10 * number, 4, 3, None, "abc", True)  # type: ignore[arg-type]
        self.write(files.add, Upload(owner or self.anna, self.lobby, None, sha, Millis(NOW + number), file))
        return file.id

    def test_found(self) -> None:
        """It is found as it was brought, alone and among many, and counts for who brought it."""
        one, two = self.bring(1), self.bring(2)
        found = self.read(files.maybe, one)
        assert found is not None
        self.assertEqual((found.owner, found.room, found.seq, found.sha256), (self.anna, self.lobby, None, SHA))
        self.assertEqual(found.file, File(one, "1.png", "image/png", "image", 10, 4, 3, None, "abc", True))
        self.assertEqual(set(self.read(files.many, [one, two, "f" * 32])), {one, two})
        self.assertEqual(self.read(files.many, []), {})
        self.assertIsNone(self.read(files.maybe, "f" * 32))
        self.assertEqual(self.read(files.held, self.anna), (2, 30))
        self.assertEqual(self.read(files.held, self.ben), (0, 0))

    def test_attached(self) -> None:
        """A message has its files in their order, pages begin where the last one ended, and a file is given once."""
        ids = [self.bring(number) for number in range(1, 8)]
        self.write(files.attach, [Attached(ids[n], Seq(1 + n // 3), n % 3) for n in range(6)])
        self.write(files.attach, [Attached(ids[0], Seq(9), 5)])
        seen = []
        before = (Seq(MAX_INT), 0)
        while page := self.read(files.of_room, self.lobby, Seq(0), ["image"], before, 2):
            seen += [one.file.id for one in page]
            before = (page[-1].seq or Seq(0), page[-1].place)
        self.assertEqual(seen, [ids[3], ids[4], ids[5], ids[0], ids[1], ids[2]])
        self.assertEqual(
            self.read(files.of_room, self.lobby, Seq(1), ["image"], (Seq(MAX_INT), 0), 9)[-1].file.id, ids[5]
        )
        self.assertEqual(self.read(files.of_room, self.lobby, Seq(0), ["audio"], (Seq(MAX_INT), 0), 9), [])
        own = self.read(files.of_owner, self.anna, (Millis(0), ""), 4)
        own += self.read(files.of_owner, self.anna, (own[-1].created, own[-1].file.id), 9)
        self.assertEqual([one.file.id for one in own], ids)

    def test_removed(self) -> None:
        """Each way of removing takes what it should, and says whose contents it was."""
        ids = [self.bring(number, sha=f"{number:064x}") for number in range(1, 6)]
        self.write(files.attach, [Attached(ids[0], Seq(1), 0), Attached(ids[1], Seq(2), 0)])
        self.assertEqual(self.write(files.remove_of_message, self.lobby, Seq(1)), [f"{1:064x}"])
        self.assertEqual(self.write(files.remove_waiting, ids[1], self.anna), [])
        self.assertEqual(self.write(files.remove_waiting, ids[2], self.ben), [])
        self.assertEqual(self.write(files.remove_waiting, ids[2], self.anna), [f"{3:064x}"])
        self.assertEqual(self.write(files.remove_stale, Millis(NOW + 5), 10), [f"{4:064x}"])
        self.assertEqual(self.read(files.used, [f"{n:064x}" for n in range(1, 6)]), {f"{2:064x}", f"{5:064x}"})
        self.assertEqual(self.write(files.remove_all_waiting, self.anna), [f"{5:064x}"])
        self.write(lambda db: db.execute(rooms.update().values(floor=2)) and None)
        self.assertEqual(self.write(files.remove_stale, Millis(0), 10), [f"{2:064x}"])

    def test_gone_room(self) -> None:
        """A room that is gone keeps no files."""
        one = self.bring(1)
        self.write(files.attach, [Attached(one, Seq(1), 0)])
        self.assertEqual(self.write(files.remove_stale, Millis(0), 10), [])
        self.write(lambda db: db.execute(rooms.update().values(deleted=NOW)) and None)
        self.assertEqual(self.write(files.remove_stale, Millis(0), 10), [SHA])


on_each_engine(FileRows, globals())
del FileRows


class OnDisk(SynchronousTestCase):
    """One content, one file."""

    def setUp(self) -> None:
        self.contents = Contents(Path(self.mktemp()))

    def keep(self, data: bytes, name: str = "1", small: bytes | None = None) -> str:
        written = self.contents.write(name, io.BytesIO(data))
        self.contents.keep(written, small)
        return written.sha256

    def names(self) -> list[str]:
        return sorted(path.name for path in self.contents.folder.rglob("*") if path.is_file())

    def test_once(self) -> None:
        """The same content twice lies there once; nobody else may read it."""
        one, two = self.keep(b"abc", "1", b"small"), self.keep(b"abc", "2", b"small")
        self.assertEqual(one, two)
        self.assertEqual(self.names(), [one, f"{one}.webp"])
        place = self.contents.folder / one[:2] / one
        self.assertEqual(place.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.contents.folder.stat().st_mode & 0o777, 0o700)
        for is_small, content in ((False, b"abc"), (True, b"small")):
            found = self.contents.open(one, is_small)
            assert found is not None
            with found[0] as stream:
                self.assertEqual((stream.read(), found[1]), (content, len(content)))
        self.contents.remove(one)
        self.contents.remove(one)
        self.assertEqual(self.names(), [])
        self.assertIsNone(self.contents.open(one))

    def test_left_behind(self) -> None:
        """What a crash left is found once it is old: half-written files, and contents nobody holds."""
        kept = self.keep(b"abc", "1", b"small")
        self.contents.write("2", io.BytesIO(b"half"))
        shelf = kept[:2]
        self.assertEqual(list(self.contents.older_than(0, shelf)), [])
        for path in self.contents.folder.rglob("*"):
            os.utime(path, (100, 100))
        self.contents.remove_unfinished(50)
        self.assertIn("new-2", self.names())
        self.contents.remove_unfinished(200)
        self.assertNotIn("new-2", self.names())
        self.assertEqual(set(self.contents.older_than(200, shelf)), {kept})
        self.assertEqual(list(self.contents.older_than(200, "zz")), [])

    def test_failed(self) -> None:
        """A source that breaks leaves nothing."""

        class Broken:
            def read(self, size: int, /) -> bytes:
                raise OSError("gone")

        self.assertRaises(OSError, self.contents.write, "1", Broken())
        self.assertEqual(self.names(), [])
