"""What the older clients need, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Seq, SessionId, UserId
from webchat.store import legacy, sessions
from webchat.store.sessions import NewSession


class Legacy(StoreTests):
    def session(self, user: UserId, token: bytes) -> SessionId:
        new = NewSession(user, token * 32, "browser", "", NOW, NOW, None, "ag", "192.0.2.1")
        return self.write(sessions.add, new).id

    def test_cookies(self) -> None:
        """A cookie stands for one session, the last it was bound to, as long as that lasts."""
        anna, mei = self.user("anna"), self.user("mei")
        one, other = self.session(anna, b"a"), self.session(mei, b"m")
        self.assertIsNone(self.read(legacy.token_behind, b"c" * 32))
        self.write(legacy.bind, b"c" * 32, one)
        self.write(legacy.bind, b"d" * 32, one)
        self.assertEqual(self.read(legacy.token_behind, b"c" * 32), b"a" * 32)
        self.write(legacy.bind, b"c" * 32, other)
        self.assertEqual(self.read(legacy.token_behind, b"c" * 32), b"m" * 32)
        self.write(sessions.remove, mei, other)
        self.assertIsNone(self.read(legacy.token_behind, b"c" * 32))
        self.write(legacy.unbind, b"d" * 32)
        self.write(legacy.unbind, b"never bound".ljust(32))
        self.assertIsNone(self.read(legacy.token_behind, b"d" * 32))

    def test_writers(self) -> None:
        """Messages are counted by author, above a seq, deleted ones left out."""
        anna, mei = self.user("anna"), self.user("mei")
        room = self.room()
        for author in (anna, mei, mei, anna, mei):
            self.post(room, author)
        self.assertEqual(self.read(legacy.writers, room, 0), {anna: 2, mei: 3})
        self.assertEqual(self.read(legacy.writers, room, Seq(3)), {anna: 1, mei: 1})
        self.assertEqual(self.read(legacy.writers, room, -7), {anna: 2, mei: 3})


on_each_engine(Legacy, globals())
