"""Who may know who is here, and what becomes of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, PASSWORD, Connection, House
from webchat.chat.facade import Settings
from webchat.live.limits import Rate
from webchat.model.commands import LeaveRoom
from webchat.model.users import Actor
from webchat.store import blocks
from webchat.store.schema import users


class PresenceCase(SynchronousTestCase):
    def setUp(self) -> None:
        fast = Rate(1e6, 1e6)
        self.house = House(
            self,
            Settings(registration="open", posts=fast, changes=fast, marks=fast, typing=fast, reads=fast, signs=fast),
        )
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")
        self.chat = self.house.chat

    def tick(self, seconds: float = 1.0) -> None:
        self.house.clock.advance(seconds)
        self.house.wait(self.chat.presence.tell())

    def block(self, user: Actor, other: Actor) -> None:
        self.house.wait(self.chat.database.write(None, lambda db: blocks.add(db, user.id, other.id, self.house.now())))

    def told(self, connection: Connection) -> list[Any]:
        return [
            (event.get("room"), *pair)
            for event in connection.rest()
            if event["type"] == "presence"
            for pair in event["users"]
        ]


class Watching(PresenceCase):
    """Told to those who look, and may."""

    def test_story(self) -> None:
        """Anna looks at Mei, who comes, is away, and goes."""
        anna = self.house.connect(self.anna)
        answer = anna.ask("watch", users=[self.mei.id])
        self.assertEqual(answer["online"], [])
        mei = self.house.connect(self.mei)
        self.tick()
        self.assertEqual(self.told(anna), [(None, self.mei.id, "online")])
        mei.send(type="active", idle=True)
        self.tick()
        self.assertEqual(self.told(anna), [(None, self.mei.id, "away")])
        mei.lose()
        self.tick(11)
        self.assertEqual(self.told(anna), [(None, self.mei.id, "offline")])

    def test_room(self) -> None:
        """Of a room one is told who is here, and how many."""
        anna, mei = self.house.connect(self.anna), self.house.connect(self.mei)
        self.tick()
        answer = anna.ask("watch", room=1)
        self.assertEqual((answer["count"], sorted(answer["members"])), (2, [[1, "online"], [2, "online"]]))
        mei.ask("leave", room=1)
        self.tick()
        self.assertEqual(self.told(anna), [(1, self.mei.id, "offline")])
        mei.ask("join", room=1)
        self.tick()
        self.assertEqual(self.told(anna), [(1, self.mei.id, "online")])

    def test_strangers(self) -> None:
        """Who shares no room with somebody cannot tell whether she is here; nor can a guest, of people by name."""
        self.house.connect(self.mei)
        self.tick()
        anna = self.house.connect(self.anna)
        self.house.wait(self.chat.rooms.leave(self.mei, LeaveRoom(1, 1)))
        self.assertEqual(anna.ask("watch", users=[self.mei.id, 99])["online"], [])
        self.house.wait(self.chat.accounts.add_user("gast", "Gast", PASSWORD, None, "guest"))
        guest = self.house.connect()
        guest.send(type="hello", token=self.house.wait(self.chat.accounts.sign_in("gast", PASSWORD, DEVICE)).token)
        guest.rest()
        self.tick()
        answer = guest.ask("watch", room=1, users=[self.anna.id])
        self.assertEqual((answer["online"], answer["count"]), ([], 2))

    def test_blocked_meanwhile(self) -> None:
        """Whom somebody blocks sees her go off line; and a status set in the profile is seen."""
        anna, mei = self.house.connect(self.anna), self.house.connect(self.mei)
        self.tick()
        self.assertEqual(anna.ask("watch", users=[self.mei.id])["online"], [[self.mei.id, "online"]])
        self.house.wait(self.chat.accounts.edit_profile(self.mei, status="busy"))
        self.tick()
        self.assertEqual(self.told(anna), [(None, self.mei.id, "busy")])
        self.house.wait(self.chat.contacts.block(self.mei, self.anna.id, True))
        self.house.wait(self.chat.presence.ask_again())
        self.tick()
        self.assertEqual(self.told(anna), [(None, self.mei.id, "offline")])
        self.assertTrue(mei.is_open)

    def test_last_room(self) -> None:
        """When the last room in common is left, the watch ends, for both."""
        anna, mei = self.house.connect(self.anna), self.house.connect(self.mei)
        self.tick()
        anna.ask("watch", users=[self.mei.id])
        mei.ask("watch", users=[self.anna.id])
        mei.ask("leave", room=1)
        self.house.wait(self.chat.presence.ask_again())
        self.assertEqual(self.told(anna), [(None, self.mei.id, "offline")])
        self.assertEqual(self.told(mei), [(None, self.anna.id, "offline")])
        mei.send(type="active", idle=True)
        self.tick()
        self.assertEqual(self.told(anna), [])

    def test_blocked(self) -> None:
        """Between two of whom one blocks the other nothing is told, by name or in a room."""
        self.block(self.mei, self.anna)
        anna, mei = self.house.connect(self.anna), self.house.connect(self.mei)
        self.tick()
        for one, other in ((anna, self.mei), (mei, self.anna)):
            answer = one.ask("watch", room=1, users=[other.id])
            self.assertEqual((answer["online"], answer["count"], len(answer["members"])), ([], 1, 1))
        mei.ask("status", status="busy")
        self.tick()
        self.assertEqual(self.told(anna), [])

    def test_blocked_later(self) -> None:
        """A block that is made while they look ends it."""
        anna, mei = self.house.connect(self.anna), self.house.connect(self.mei)
        self.tick()
        anna.ask("watch", room=1, users=[self.mei.id])
        self.block(self.mei, self.anna)
        self.chat.presence.doubt(self.mei.id, self.anna.id)
        self.house.wait(self.chat.presence.ask_again())
        self.assertEqual(self.told(anna), [(None, self.mei.id, "offline"), (1, self.mei.id, "offline")])
        mei.ask("status", status="busy")
        self.tick()
        self.assertEqual(self.told(anna), [])

    def test_outsider(self) -> None:
        """A room is watched by its members only, and what is watched stays as it was."""
        anna = self.house.connect(self.anna)
        anna.ask("watch", users=[self.mei.id])
        self.assertEqual(anna.ask("watch", room=77)["code"], "no_such_room")
        room = self.house.wait(self.chat.rooms.create(self.mei, "Mine")).room
        self.assertEqual(anna.ask("watch", room=room)["code"], "not_a_member")
        self.house.connect(self.mei)
        self.tick()
        self.assertEqual(self.told(anna), [(None, self.mei.id, "online")])

    def test_gone_meanwhile(self) -> None:
        """A connection that ends while it is asked whether it may leaves nothing behind."""
        anna = self.house.connect(self.anna)
        self.house.reader.hold()
        anna.send(type="watch", id=1, room=1, users=[self.mei.id])
        anna.lose()
        self.house.reader.release()
        self.house.turn()
        self.assertEqual((self.chat.attendance._watches, self.chat.attendance._rooms), ({}, {}))

    def test_limits(self) -> None:
        """Who asks too often is told to wait."""
        house = House(self)
        anna = house.connect(house.set_up())
        codes = [anna.ask("watch", users=[1]).get("code") for _ in range(25)]
        self.assertEqual((codes[19], codes[-1]), (None, "rate_limited"))


class Oneself(PresenceCase):
    """Status and last seen."""

    def test_status(self) -> None:
        """A status is kept, and one's other devices know it at once."""
        one, other = self.house.connect(self.mei), self.house.connect(self.mei)
        self.assertEqual(one.ask("status", status="busy")["type"], "ok")
        self.assertEqual((one.rest(), other.rest()), ([], [{"type": "status", "status": "busy"}]))
        self.assertEqual(self.house.connect(self.mei).welcome["user"]["status"], "busy")

    def test_typing(self) -> None:
        """Signs are the first that is dropped: a connection that does not read is given none."""
        anna, mei = self.house.connect(self.anna), self.house.connect(self.mei)
        anna.ask("watch", room=1)
        conversation = next(iter(self.chat.hub._by_user[self.anna.id]))
        self.patch(type(conversation._out), "waiting", 10**9)
        mei.ask("typing", room=1)
        mei.ask("status", status="busy")
        self.tick()
        self.assertEqual(anna.rest(), [])

    def seen(self) -> dict[int, int | None]:
        found = self.house.wait(
            self.chat.database.read(lambda db: list(db.execute(sa.select(users.c.id, users.c.seen))))
        )
        return {row[0]: row[1] for row in found}

    def test_seen(self) -> None:
        """When somebody was last here is written down after she has gone; at the end, for everybody."""
        self.house.connect(self.anna)
        mei = self.house.connect(self.mei)
        self.tick()
        mei.lose()
        self.tick(11)
        self.house.wait(self.chat.presence.keep_seen())
        self.assertEqual([at is not None for at in self.seen().values()], [False, True])
        self.house.wait(self.chat.presence.keep_seen(everybody=True))
        self.assertEqual([at is not None for at in self.seen().values()], [True, True])
