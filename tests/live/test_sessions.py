"""Who holds which token, remembered."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.live import sessions
from webchat.live.sessions import SessionCache
from webchat.model.ids import Millis, SessionId, UserId
from webchat.model.users import Actor, Session, User


def actor(session: int, user: int = 7) -> Actor:
    account = User(UserId(user), f"u{user}", "U", "human", "member", None, Millis(1), None)
    return Actor(account, Session(SessionId(session), account.id, "browser", "", Millis(1), Millis(1), None, "", ""))


class Remembering(SynchronousTestCase):
    def setUp(self) -> None:
        self.cache = SessionCache()

    def test_remembered(self) -> None:
        """A token that was seen is known again, another is not."""
        anna = actor(1)
        self.cache.remember(b"a", anna)
        self.assertIs(self.cache.maybe(b"a"), anna)
        self.assertIsNone(self.cache.maybe(b"b"))
        self.assertEqual((len(self.cache), self.cache.sessions()), (1, [1]))

    def test_forgotten(self) -> None:
        """A device that was signed out is unknown at once; forgetting it again does no harm."""
        self.cache.remember(b"a", actor(1))
        self.cache.remember(b"b", actor(2))
        self.cache.forget(SessionId(1))
        self.cache.forget(SessionId(1))
        self.assertIsNone(self.cache.maybe(b"a"))
        self.assertIsNotNone(self.cache.maybe(b"b"))
        self.assertEqual(self.cache.sessions(), [2])

    def test_forget_user(self) -> None:
        """All devices of one person are forgotten together, and nobody else's."""
        for session, user in ((1, 7), (2, 8), (3, 7)):
            self.cache.remember(bytes((session,)), actor(session, user))
        self.assertEqual(sorted(self.cache.forget_user(UserId(7))), [1, 3])
        self.assertEqual((self.cache.sessions(), self.cache.forget_user(UserId(7))), ([2], []))

    def test_renewed(self) -> None:
        """What is remembered anew replaces what was known."""
        self.cache.remember(b"a", actor(1))
        renamed = actor(1, 9)
        self.cache.remember(b"a", renamed)
        self.assertIs(self.cache.maybe(b"a"), renamed)
        self.assertEqual(len(self.cache), 1)

    def test_bounded(self) -> None:
        """Only so many are remembered: who was not seen for longest is forgotten first, wholly."""
        self.patch(sessions, "MAX_SESSIONS", 2)
        self.cache.remember(b"a", actor(1))
        self.cache.remember(b"b", actor(2))
        self.cache.maybe(b"a")
        self.cache.remember(b"c", actor(3))
        self.assertIsNone(self.cache.maybe(b"b"))
        self.assertIsNotNone(self.cache.maybe(b"a"))
        self.assertEqual(sorted(self.cache.sessions()), [1, 3])
