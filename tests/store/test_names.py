"""Names taken apart, stored."""

from __future__ import annotations

import sqlalchemy as sa
from twisted.trial.unittest import SynchronousTestCase

from tests.contracts.engines import StoreTests, on_each_engine
from webchat.model.ids import UserId
from webchat.store import names
from webchat.store.schema import name_parts


class Taking(SynchronousTestCase):
    """What the parts of names are."""

    def test_ends(self) -> None:
        """Every end of both names is a part, folded; none begins with a blank."""
        self.assertEqual(names.parts("Ann", "林 晓"), {"ann", "nn", "n", "林 晓", "晓"})

    def test_cut(self) -> None:
        """A part has no more than 32 signs."""
        self.assertEqual(max(map(len, names.parts("ab", "x" * 64))), 32)


class Parts(StoreTests):
    """Kept for each account."""

    def parts(self, user: UserId) -> set[str]:
        """What is kept for *user*."""
        query = sa.select(name_parts.c.part).where(name_parts.c.user == user)
        return {row[0] for row in self.read(lambda db: db.execute(query).all())}

    def test_new(self) -> None:
        """An account can be found by its names from the start."""
        self.assertEqual(self.parts(self.user("mei", display_key="梅 mei")), {"mei", "ei", "i", "梅 mei"})

    def test_changed(self) -> None:
        """Another display name takes the place of the first."""
        mei = self.user("mei")
        self.write(names.change, mei, "mei", "小梅")
        self.assertEqual(self.parts(mei), {"mei", "ei", "i", "小梅", "梅"})
        self.write(names.remove, mei)
        self.assertEqual(self.parts(mei), set())


on_each_engine(Parts, globals())
