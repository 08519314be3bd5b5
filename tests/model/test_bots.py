"""What tokens are good for, as it is kept."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.bots import SCOPES, read_scopes, written


class Kept(SynchronousTestCase):
    def test_back(self) -> None:
        """What was written is read: no scopes at all is something else than none of them."""
        for scopes in (None, frozenset(SCOPES), frozenset(SCOPES[:1]), frozenset[str]()):
            self.assertEqual(read_scopes(written(scopes)), scopes)  # type: ignore[arg-type]

    def test_unknown(self) -> None:
        """A scope of a newer version allows nothing here."""
        self.assertEqual(read_scopes("read everything"), {"read"})
