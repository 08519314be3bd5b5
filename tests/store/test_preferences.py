"""Preferences, stored."""

from __future__ import annotations

from tests.contracts.engines import StoreTests, on_each_engine
from webchat.store import preferences


class Preferences(StoreTests):
    """A value under a key, for each person."""

    def test_kept(self) -> None:
        """What is put is kept, replaced, forgotten; others' stays as it is."""
        anna, mei = self.user("anna"), self.user("mei")
        self.write(preferences.put, anna, "theme", '"dark"')
        self.write(preferences.put, anna, "theme", '"light"')
        self.write(preferences.put, anna, "size", "18")
        self.write(preferences.put, mei, "theme", '"system"')
        self.assertEqual(self.read(preferences.of, anna), {"size": "18", "theme": '"light"'})
        self.write(preferences.remove, anna, "size")
        self.assertEqual(self.read(preferences.of, anna), {"theme": '"light"'})
        self.write(preferences.remove_all, anna)
        self.assertEqual(self.read(preferences.of, anna), {})
        self.assertEqual(self.read(preferences.of, mei), {"theme": '"system"'})


on_each_engine(Preferences, globals())
