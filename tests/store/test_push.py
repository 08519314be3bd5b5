"""Devices that are told, stored, and whom a message concerns."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Millis, RoomId, Seq, SessionId, UserId
from webchat.store import memberships, push, schema, sessions
from webchat.store.sessions import NewSession


class Push(StoreTests):
    """Put, found, forgotten; joined with what somebody has not read."""

    def session(self, user: UserId, number: int = 1, expires: Millis | None = None) -> SessionId:
        token = bytes([user, number]) * 16
        new = NewSession(user, token, "browser", "", NOW, NOW, expires, "trial", "192.0.2.7")
        return self.write(sessions.add, new).id

    def put(self, user: UserId, session: SessionId, endpoint: str) -> None:
        self.write(push.put, user, session, endpoint, "p", "a", NOW)

    def ids(self, *rooms: RoomId) -> list[tuple[RoomId, UserId, bool]]:
        return [(one.room, one.user, one.is_meant) for one in self.read(push.listeners, rooms)]

    def test_devices(self) -> None:
        """A session has one device, and a device one session; both go together."""
        anna, mei = self.user("anna"), self.user("mei")
        first, second, hers = self.session(anna), self.session(anna, 2), self.session(mei)
        self.assertFalse(self.read(push.is_any))
        self.put(anna, first, "https://a")
        self.put(anna, first, "https://b")
        self.put(anna, second, "https://c")
        self.assertEqual((self.read(push.count, anna), self.read(push.is_any)), (2, True))
        # Mei signs in on anna's second device.
        self.put(mei, hers, "https://c")
        self.assertEqual((self.read(push.count, anna), self.read(push.count, mei)), (1, 1))
        self.write(push.remove_session, hers)
        self.assertEqual(self.read(push.count, mei), 0)
        self.write(sessions.remove, anna, first)
        self.assertFalse(self.read(push.is_any))
        self.put(anna, second, "https://d")
        self.assertEqual(self.write(push.remove_all), 1)

    def test_listeners(self) -> None:
        """Members with something unread, who want to hear of it, each of their devices."""
        anna, mei, ola, far = (self.user(name) for name in ("anna", "mei", "ola", "far"))
        room, other = self.room(), self.room("Other")
        for user in (anna, mei, ola):
            self.join(room, user)
            self.put(user, self.session(user), f"https://{user}")
        self.put(far, self.session(far), "https://far")
        self.assertEqual(self.ids(room, other), [])
        self.post(room, anna)
        self.write(memberships.read_up_to, [(room, anna, Seq(1))])
        self.assertEqual(self.ids(room, other), [(room, mei, False), (room, ola, False)])
        self.write(lambda db: db.execute(schema.mentions.insert(), {"user": ola, "room": room, "seq": 1, "created": 1}))
        self.assertEqual(self.ids(room), [(room, mei, False), (room, ola, True)])
        self.assertEqual(self.read(push.meant, ola, room, Seq(0)), {1})
        self.assertEqual(self.read(push.meant, ola, room, Seq(1)), set())
        self.leave(room, mei)
        self.write(lambda db: db.execute(schema.memberships.update().values(level="nothing")))
        self.assertEqual(self.ids(room), [])
        self.assertEqual(self.ids(), [])

    def test_found(self) -> None:
        """A device is there as long as its session lasts."""
        anna = self.user("anna")
        self.join(self.room(), anna)
        self.put(anna, self.session(anna, 1, Millis(NOW + 5)), "https://a")
        self.post(RoomId(1), self.user("mei"))
        (one,) = self.read(push.listeners, [RoomId(1)])
        found = self.read(push.maybe, one.subscription, Millis(NOW + 4))
        assert found is not None
        self.assertEqual((found.user, found.endpoint, found.p256dh, found.auth), (anna, "https://a", "p", "a"))
        self.assertIsNone(self.read(push.maybe, one.subscription, Millis(NOW + 5)))
        self.write(push.remove, one.subscription)
        self.assertIsNone(self.read(push.maybe, one.subscription, NOW))

    def test_stirred(self) -> None:
        """Rooms with news for somebody's device."""
        anna, mei = self.user("anna"), self.user("mei")
        room, quiet = self.room(), self.room("Quiet")
        for one in (room, quiet):
            self.join(one, anna)
            self.join(one, mei)
        self.post(room, mei)
        self.assertEqual(self.read(push.stirred, NOW, 9), [])
        self.put(anna, self.session(anna), "https://a")
        self.assertEqual(self.read(push.stirred, NOW, 9), [room])
        self.assertEqual(self.read(push.stirred, Millis(NOW + 1), 9), [])


on_each_engine(Push, globals())
