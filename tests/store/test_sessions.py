"""Devices and tokens, stored."""

from __future__ import annotations

from typing import Any

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Millis, SessionId, UserId
from webchat.model.users import Session
from webchat.store import sessions, users
from webchat.store.sessions import NewSession


class Devices(StoreTests):
    """Signed in, seen, ended."""

    def session(self, user: UserId, token: bytes, kind: Any = "browser", **more: Any) -> Session:
        values = {"label": "", "created": NOW, "seen": NOW, "expires": None, "agent": "ag", "address": "192.0.2.1"}
        return self.write(sessions.add, NewSession(user, token * 32, kind, **{**values, **more}))

    def test_actor(self) -> None:
        """A token is known with the device and the account it belongs to; an unknown one is not."""
        anna, mei = self.user("anna"), self.user("mei", role="admin")
        one, other = self.session(anna, b"a", expires=Millis(NOW + 5)), self.session(mei, b"\x00", "api", label="bot")
        found = self.read(sessions.actors, [b"a" * 32, b"\x00" * 32, b"z" * 32])
        self.assertEqual(set(found), {b"a" * 32, b"\x00" * 32})
        self.assertEqual((found[b"a" * 32].session, found[b"\x00" * 32].session), (one, other))
        self.assertEqual(found[b"a" * 32].user, self.read(users.maybe, anna))
        self.assertEqual(found[b"\x00" * 32].user, self.read(users.maybe, mei))
        self.assertEqual(self.read(sessions.actors, []), {})

    def test_of_user(self) -> None:
        """Somebody's devices are listed with the last seen first, and nobody else's."""
        anna, mei = self.user("anna"), self.user("mei")
        ids = [
            self.session(anna, bytes((n,)), seen=Millis(NOW + seen), created=Millis(NOW + n)).id
            for n, seen in enumerate((5, 9, 1, 9))
        ]
        self.session(anna, b"t", "api")
        self.session(mei, b"m")
        listed = [one.id for one in self.read(sessions.of_user, anna, "browser", 9)]
        self.assertEqual(listed, [ids[3], ids[1], ids[0], ids[2]])
        self.assertEqual(len(self.read(sessions.of_user, anna, "browser", 2)), 2)
        self.assertEqual([self.read(sessions.count, anna, kind) for kind in ("browser", "api")], [4, 1])

    def test_never_again(self) -> None:
        """The number of a device that was signed out is never another one's."""
        anna, mei = self.user("anna"), self.user("mei")
        used = set()
        for number in range(20):
            one = self.session(anna if number % 2 else mei, bytes((number,))).id
            self.assertTrue(0 < one < 2**53)
            self.assertNotIn(one, used)
            used.add(one)
            self.write(sessions.remove_all, anna)
            self.write(sessions.remove_all, mei)

    def test_valid(self) -> None:
        """A device counts as long as it is signed in and its owner is not disabled."""
        anna, mei = self.user("anna"), self.user("mei")
        one, other = self.session(anna, b"a").id, self.session(mei, b"b").id
        self.assertEqual(self.read(sessions.valid, [one, other, SessionId(999)]), {one, other})
        self.write(users.change, mei, disabled=NOW)
        self.assertEqual(self.read(sessions.valid, [one, other]), {one})
        self.assertEqual(self.read(sessions.valid, []), set())

    def test_remove(self) -> None:
        """One's own device can be signed out, another's cannot."""
        anna, mei = self.user("anna"), self.user("mei")
        one = self.session(anna, b"a").id
        self.assertFalse(self.write(sessions.remove, mei, one))
        self.assertTrue(self.write(sessions.remove, anna, one))
        self.assertFalse(self.write(sessions.remove, anna, one))
        self.assertEqual(self.read(sessions.valid, [one]), set())

    def test_remove_all(self) -> None:
        """All devices but this one can be signed out at once, with or without the tokens."""
        anna, mei = self.user("anna"), self.user("mei")
        here, there, token = self.session(anna, b"a"), self.session(anna, b"b"), self.session(anna, b"c", "api")
        other = self.session(mei, b"d")
        self.assertEqual(self.write(sessions.remove_all, anna, but=here.id, kind="browser"), [there.id])
        self.assertEqual(self.write(sessions.remove_all, anna, but=here.id), [token.id])
        self.assertEqual(self.write(sessions.remove_all, anna), [here.id])
        self.assertEqual(self.read(sessions.valid, [other.id]), {other.id})

    def test_expired(self) -> None:
        """What is past its end is forgotten; what has none stays."""
        anna = self.user()
        ends = [NOW - 1, NOW, NOW + 1, None]
        ids = [self.session(anna, bytes((n,)), expires=end).id for n, end in enumerate(ends)]
        self.assertEqual(self.write(sessions.remove_expired, NOW), 2)
        self.assertEqual(self.read(sessions.valid, ids), set(ids[2:]))

    def test_saw(self) -> None:
        """When a device was last used is noted for many at once."""
        anna = self.user()
        ids = [self.session(anna, bytes((n,))).id for n in range(3)]
        self.write(sessions.saw, [(ids[0], Millis(NOW + 1), Millis(NOW + 9)), (ids[1], Millis(NOW + 2), None)])
        self.write(sessions.saw, [])
        found = {one.id: (one.seen - NOW, one.expires) for one in self.read(sessions.of_user, anna, "browser", 9)}
        self.assertEqual(found, {ids[0]: (1, NOW + 9), ids[1]: (2, None), ids[2]: (0, None)})


on_each_engine(Devices, globals())
