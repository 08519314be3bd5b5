"""What is decided while the server runs, stored."""

from __future__ import annotations

from tests.contracts.engines import StoreTests, on_each_engine
from webchat.store import meta, settings
from webchat.store.settings import Decided


class Decisions(StoreTests):
    """Kept, and read again."""

    def test_kept(self) -> None:
        """What was decided is read again; what was not stays open."""
        self.assertEqual(self.read(settings.load), Decided())
        decided = Decided("茶室", "closed", True, "admins", "Be kind.")
        for each in (decided, Decided("茶室", None, False, "all", "")):
            self.write(settings.save, each)
            self.assertEqual(self.read(settings.load), each)

    def test_title_of_the_set_up(self) -> None:
        """The title that the set-up page gave is the title."""
        self.write(meta.put, "title", "Ours")
        self.assertEqual(self.read(settings.load), Decided("Ours"))

    def test_of_a_newer_version(self) -> None:
        """What is not known is left alone."""
        self.write(meta.put, "settings", '{"guests": true, "dance": 1}')
        self.assertEqual(self.read(settings.load), Decided(guests=True))


on_each_engine(Decisions, globals())
