"""Commit, then speak."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.chat.log import Outcome, RoomLog
from webchat.model.commands import PostMessage
from webchat.model.events import Typing
from webchat.model.refusals import Forbidden


class Log(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.connection = self.house.connect(self.anna)

    def test_nothing_before_commit(self) -> None:
        """Nobody hears of a message before it is stored."""
        self.house.writer.hold()
        work = self.house.chat.messages.post(self.anna, PostMessage(1, 1, "hi"))
        self.house.turn()
        self.assertNoResult(work)
        self.assertEqual(self.connection.rest(), [])
        self.house.writer.release()
        self.house.turn()
        self.successResultOf(work)
        self.assertEqual(self.connection.next("message")["text"], "hi")

    def test_refused(self) -> None:
        """A change that is refused is not stored, and nobody hears of it."""

        def work(db: sa.Connection) -> Outcome[None]:
            db.execute(sa.text("update rooms set title = 'changed'"))
            raise Forbidden

        told: list[Any] = []
        log = RoomLog(self.house.chat.database, Told(told))  # type: ignore[arg-type]
        self.assertEqual(self.house.refusal(log.change(1, work)), "forbidden")
        self.assertEqual(told, [])
        self.assertEqual(self.house.wait(self.house.chat.rooms.state(self.anna, 1)).title, "Lobby")

    def test_answer(self) -> None:
        """Who asked gets her answer; a change without rows tells nobody."""
        told: list[Any] = []
        log = RoomLog(self.house.chat.database, Told(told))  # type: ignore[arg-type]
        self.assertEqual(self.house.wait(log.change(1, lambda db: Outcome(7))), 7)
        self.assertEqual(
            self.house.wait(log.change_together(1, lambda db, held, items: [Outcome(i) for i in items], 8)), 8
        )
        self.assertEqual(told, [])


class Told:
    """A bus that writes down what it is given."""

    def __init__(self, told: list[Any]) -> None:
        self.told = told

    def publish(self, rows: Any) -> None:
        self.told.append(rows)

    def publish_passing(self, event: Typing) -> None:
        self.told.append(event)
