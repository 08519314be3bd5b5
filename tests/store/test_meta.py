"""Facts about the database itself."""

from __future__ import annotations

from tests.contracts.engines import StoreTests, on_each_engine
from webchat.store import meta


class Facts(StoreTests):
    """Keys and values."""

    def test_kept(self) -> None:
        """A value is kept, replaced and forgotten, and leaves the others alone."""
        self.assertIsNone(self.read(meta.maybe, "title"))
        self.write(meta.put, "title", "Chat")
        self.write(meta.put, "epoch", "e1")
        self.write(meta.put, "title", "聊天 😀")
        self.assertEqual((self.read(meta.maybe, "title"), self.read(meta.maybe, "epoch")), ("聊天 😀", "e1"))
        self.write(meta.remove, "title")
        self.write(meta.remove, "title")
        self.assertEqual((self.read(meta.maybe, "title"), self.read(meta.maybe, "epoch")), (None, "e1"))

    def test_lock(self) -> None:
        """A value can be held while it is looked at."""
        self.write(meta.put, "setup", "x")
        self.assertEqual((self.write(meta.lock, "setup"), self.write(meta.lock, "nothing")), ("x", None))

    def test_starting(self) -> None:
        """All that begins alike is found together."""
        for key in ("leaving:7", "leaving:8", "epoch"):
            self.write(meta.put, key, key[-1])
        self.assertEqual(self.read(meta.starting, "leaving:"), {"leaving:7": "7", "leaving:8": "8"})


on_each_engine(Facts, globals())
