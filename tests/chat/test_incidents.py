"""What is logged of a bug."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.chat.incidents import DatabaseFailure, loggable
from webchat.chat.reading import Reading


def complaint() -> IntegrityError:
    """As PostgreSQL says it."""
    said = 'null value in column "x" violates not-null constraint\nDETAIL:  Failing row contains (1, my secret).'
    return IntegrityError("INSERT INTO messages", {"text": "my secret"}, Exception(said), hide_parameters=True)


class Incidents(SynchronousTestCase):
    def test_database(self) -> None:
        """Of a database's complaint the first line is told, and where it came from; not the row."""
        try:
            raise complaint()
        except IntegrityError as error:
            said = loggable(error).getTraceback()
        self.assertIn("IntegrityError: null value in column", said)
        self.assertIn("test_incidents.py", said)
        self.assertNotIn("my secret", said)

    def test_others(self) -> None:
        """Other bugs are told as they are."""
        self.assertIs(loggable(ValueError("x")).type, ValueError)

    def test_socket(self) -> None:
        """A bug behind the socket is told to the log in this way too."""
        house = House(self)
        anna = house.connect(house.set_up())

        def broken(*_: object) -> None:
            raise complaint()

        self.patch(Reading, "show_typing", broken)
        self.assertEqual(anna.ask("typing", room=1)["code"], "internal")
        (logged,) = self.flushLoggedErrors(DatabaseFailure)
        self.assertNotIn("my secret", logged.getTraceback())
