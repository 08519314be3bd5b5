"""What other processes change is found."""

from __future__ import annotations

import sqlalchemy as sa
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, PASSWORD, House
from webchat.chat import sweeping as sweeping_module
from webchat.model.commands import PostMessage
from webchat.store import meta
from webchat.store import sessions as session_store


class Sweeping(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.connection = self.house.connect(self.anna)

    def elsewhere(self) -> None:
        """Ends all of Anna's sessions as another process would: without a word to this one."""
        self.house.wait(self.house.chat.database.write(None, lambda db: session_store.remove_all(db, self.anna.id)))

    def test_sessions(self) -> None:
        """A session that was ended by another process is closed here, and its token forgotten."""
        token = self.house.wait(self.house.chat.accounts.sign_in("anna", PASSWORD, DEVICE)).token
        self.house.wait(self.house.chat.accounts.authenticate(token))
        self.elsewhere()
        self.assertTrue(self.connection.is_open)
        self.house.wait(self.house.chat.sweeping.sessions())
        self.assertFalse(self.connection.is_open)
        self.assertEqual(self.connection.close_code, 4001)
        self.assertEqual(self.house.refusal(self.house.chat.accounts.authenticate(token)), "unauthenticated")

    def test_somebody_new(self) -> None:
        """That somebody signed in after it was ended, perhaps with its number, does not keep a session alive."""
        accounts = self.house.chat.accounts
        self.house.register("mei")
        token = self.house.wait(accounts.sign_in("anna", PASSWORD, DEVICE)).token
        self.house.wait(accounts.authenticate(token))
        self.elsewhere()
        self.house.wait(accounts.sign_in("mei", PASSWORD, DEVICE))
        self.house.wait(self.house.chat.sweeping.sessions())
        self.assertFalse(self.connection.is_open)
        self.assertEqual(self.house.refusal(accounts.authenticate(token)), "unauthenticated")

    def test_nobody_else(self) -> None:
        """Sessions that go on are left alone."""
        mei = self.house.connect(self.house.register("mei"))
        self.elsewhere()
        self.house.wait(self.house.chat.sweeping.sessions())
        self.assertTrue(mei.is_open)

    def test_gone_rooms(self) -> None:
        """What was in a room that is gone is cleared away in steps, and then it is forgotten."""
        self.patch(sweeping_module, "PURGE_ROWS", 3)
        self.patch(sweeping_module, "PURGE_STEPS", 2)
        rooms: list[int] = []
        for title in ("Garden", "Kitchen"):
            room = self.house.wait(self.house.chat.rooms.create(self.anna, title)).room
            for number in range(4):
                self.house.wait(self.house.chat.messages.post(self.anna, PostMessage(1, room, f"m{number}")))
            self.house.wait(self.house.chat.rooms.delete(self.anna, room, title))
            rooms.append(room)

        def left() -> int:
            with self.house.engines.reader.connect() as db:
                tables = ("messages", "memberships")
                counts = [
                    db.execute(sa.text(f"SELECT count(*) FROM {one} WHERE room > 1")).scalar_one() for one in tables
                ]
                return int(sum(counts))

        seen = [left()]
        for _ in range(4):
            before = self.house.chat.database.batches
            self.house.wait(self.house.chat.sweeping.gone_rooms())
            self.assertLessEqual(self.house.chat.database.batches - before, 2)
            seen.append(left())
        self.assertEqual(seen, [10, 5, 0, 0, 0])
        self.assertEqual(
            self.house.wait(self.house.chat.database.read(lambda db: list(meta.starting(db, "purge:")))), []
        )
        self.assertEqual(self.house.refusal(self.house.chat.rooms.state(self.anna, rooms[0])), "no_such_room")

    def test_rooms(self) -> None:
        """A message written by another process is told here."""
        self.house.chat.bus._deliver = lambda rows: None
        self.house.wait(self.house.chat.messages.post(self.anna, PostMessage(1, 1, "from afar")))
        self.assertEqual(self.connection.rest(), [])
        self.house.wait(self.house.chat.sweeping.rooms())
        self.assertEqual([e.get("text") for e in self.connection.rest()], [None, "from afar", None])

    def test_nothing_new(self) -> None:
        """Where nothing happened nothing is said, and nothing asked where nobody listens."""
        self.house.wait(self.house.chat.sweeping.rooms())
        self.assertEqual(self.connection.rest(), [])
        self.connection.lose()
        reads = self.house.chat.database.reads
        self.house.wait(self.house.chat.sweeping.rooms())
        self.assertEqual(self.house.chat.database.reads, reads)

    def test_memberships(self) -> None:
        """Who was made a member by another process of a room that nobody here listens to is told."""
        self.house.chat.bus._deliver = lambda rows: None
        room = self.house.wait(self.house.chat.rooms.create(self.anna, "Garden")).room
        self.house.wait(self.house.chat.sweeping.rooms())
        self.assertEqual(self.connection.rest(), [])
        for _ in range(2):
            self.house.wait(self.house.chat.sweeping.memberships())
        self.assertEqual([(e["type"], e["room"]["room"]) for e in self.connection.rest()], [("joined", room)])
        self.house.wait(self.house.chat.messages.post(self.anna, PostMessage(1, room, "hello")))
        self.house.wait(self.house.chat.sweeping.rooms())
        self.assertEqual([e.get("text") for e in self.connection.rest()], [None, "hello", None])

    def test_memberships_in_time(self) -> None:
        """Who is told of joining in the ordinary way meanwhile is not told twice."""
        self.house.reader.hold()
        room = self.house.chat.rooms.create(self.anna, "Garden")
        self.house.wait(room)
        self.house.chat.hub.introduce(self.anna.id, [2])
        self.house.reader.release()
        self.house.turn()
        self.assertEqual([e["type"] for e in self.connection.rest()], ["joined"])

    def test_no_new_memberships(self) -> None:
        """Where everybody hears all of her rooms, one question is asked and nothing said."""
        reads = self.house.chat.database.reads
        self.house.wait(self.house.chat.sweeping.memberships())
        self.assertEqual((self.house.chat.database.reads, self.connection.rest()), (reads + 1, []))
