"""The files of pictures, and whose they are."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.contracts.engines import StoreTests, on_each_engine
from webchat.store import pictures, users
from webchat.store.pictures import PictureFiles

NAME, OTHER = "0123456789abcdef" * 2, "fedcba9876543210" * 2


class Files(SynchronousTestCase):
    """On the disk."""

    def setUp(self) -> None:
        self.files = PictureFiles(Path(self.mktemp()))

    def test_kept(self) -> None:
        """What is kept is read in each size, by nobody but the server, until it is removed."""
        self.files.keep(NAME, {512: b"large", 48: b"small"})
        self.assertEqual((self.files.read(NAME, 512), self.files.read(NAME, 48)), (b"large", b"small"))
        file = self.files.folder / NAME / "48.webp"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertEqual([entry.name for entry in self.files.folder.iterdir()], [NAME])
        self.files.remove(NAME)
        self.assertIsNone(self.files.read(NAME, 512))
        self.files.remove(NAME)

    def test_nothing_else(self) -> None:
        """Neither another size nor another way of naming a file leads anywhere."""
        self.files.keep(NAME, {512: b"large"})
        (self.files.folder / "secret").mkdir()
        (self.files.folder / "secret" / "48.webp").write_bytes(b"secret")
        for name in ("../pictures", "secret", "", ".", "..", f"{NAME}/../secret", NAME.upper(), NAME + "\n"):
            self.assertIsNone(self.files.read(name, 48), name)
            self.files.remove(name)
        self.assertIsNone(self.files.read(NAME, 128))
        self.assertIsNone(self.files.read(NAME, 100))
        self.assertTrue((self.files.folder / "secret" / "48.webp").exists())

    def test_not_twice(self) -> None:
        """A name is used once; what could not be kept leaves nothing behind."""
        self.files.keep(NAME, {48: b"first"})
        self.assertRaises(OSError, self.files.keep, NAME, {48: b"second"})
        self.assertEqual(self.files.read(NAME, 48), b"first")
        self.assertEqual(len(list(self.files.folder.iterdir())), 1)

    def test_older(self) -> None:
        """Old pictures are found, and what was left unfinished goes; young ones and other things are let alone."""
        self.assertEqual(list(self.files.older_than(2_000)), [])
        self.files.keep(NAME, {48: b"old"})
        self.files.keep(OTHER, {48: b"young"})
        for name in (f"new-{OTHER}", "else"):
            (self.files.folder / name).mkdir()
        for name, at in ((NAME, 1_000), (OTHER, 3_000), (f"new-{OTHER}", 1_000), ("else", 1_000)):
            os.utime(self.files.folder / name, (at, at))
        self.assertEqual(list(self.files.older_than(2_000)), [NAME])
        self.assertEqual({entry.name for entry in self.files.folder.iterdir()}, {NAME, OTHER, "else"})


class Use(StoreTests):
    """Whose a picture is."""

    def test_used(self) -> None:
        """A picture is used if somebody has it."""
        anna = self.user("anna")
        self.write(users.change, anna, avatar=NAME)
        self.assertEqual(self.read(pictures.used, [NAME, OTHER]), {NAME})


on_each_engine(Use, globals())
