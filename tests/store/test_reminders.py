"""Reminders, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Millis
from webchat.store import reminders
from webchat.store.reminders import NewReminder


class Kept(StoreTests):
    def test_kept(self) -> None:
        """Each person's own, in the order they were asked for; those that are due, the longest due first."""
        anna, mei, room = self.user("anna"), self.user("mei"), self.room()
        for user, text, created, due in ((anna, "a", 1, 30), (mei, "b", 2, 10), (anna, "c", 3, 20), (anna, "d", 4, 90)):
            self.write(reminders.add, NewReminder(user, room, text, "en", Millis(NOW + created), Millis(NOW + due)))
        mine = self.read(reminders.of_user, anna, 2)
        self.assertEqual([one.text for one in mine], ["a", "c"])
        self.assertEqual([one.text for one in self.read(reminders.due, Millis(NOW + 30), 9)], ["b", "c", "a"])
        self.assertEqual([one.text for one in self.read(reminders.due, Millis(NOW + 30), 1)], ["b"])
        self.write(reminders.remove, *(one.id for one in mine)), self.write(reminders.remove)
        self.assertEqual([one.text for one in self.read(reminders.of_user, anna, 9)], ["d"])
        self.write(reminders.remove_all, anna)
        self.assertEqual([one.text for one in self.read(reminders.due, Millis(NOW + 99), 9)], ["b"])


on_each_engine(Kept, globals())
