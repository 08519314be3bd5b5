"""How long one stays signed in, and where."""

from __future__ import annotations

from typing import Any

import attrs

from tests.chat.scene import Scene, settings
from webchat.chat.sessions import DAY, HOUR, Device, SessionLife


class Sessions(Scene):
    """Devices and tokens."""

    def test_sign_out(self) -> None:
        """After signing out the session is worth nothing, and the others go on."""
        one, two = self.house.wait(self.sign_in()), self.house.wait(self.sign_in())
        self.house.wait(self.accounts.sign_out(one.actor))
        self.assertEqual((self.works(one.token), self.works(two.token)), (False, True))

    def test_revoke(self) -> None:
        """A revoked token is worth nothing at once."""
        token, view = self.token()
        self.assertTrue(self.works(token))
        self.house.wait(self.accounts.revoke(self.anna, view.id))
        self.assertFalse(self.works(token))
        self.assertEqual(self.house.refusal(self.accounts.revoke(self.anna, view.id)), "not_found")

    def test_revoke_anothers(self) -> None:
        """Nobody ends somebody else's sessions."""
        mei = self.house.register("mei")
        token, view = self.token()
        self.assertEqual(self.house.refusal(self.accounts.revoke(mei, view.id)), "not_found")
        self.assertTrue(self.works(token))

    def test_revoke_others(self) -> None:
        """Signing out everywhere else leaves this device, and the tokens."""
        here, there, token = self.house.wait(self.sign_in()), self.house.wait(self.sign_in()), self.token()[0]
        self.house.wait(self.accounts.revoke_others(here.actor))
        self.assertEqual([self.works(one) for one in (here.token, there.token, token)], [True, False, True])

    def test_lists(self) -> None:
        """Devices and tokens are listed apart, and the one that asks is marked."""
        signed = self.house.wait(self.sign_in())
        _, view = self.token()
        devices = self.house.wait(self.accounts.sessions(signed.actor, "browser"))
        self.assertEqual([one.id for one in devices if one.current], [signed.actor.session.id])
        self.assertEqual(len(devices), 2)
        self.assertEqual([one.id for one in self.house.wait(self.accounts.sessions(self.anna, "api"))], [view.id])

    def test_device_names(self) -> None:
        """What a browser calls itself is kept short and without signs that cannot be shown."""
        signed = self.house.wait(self.sign_in(device=Device("192.0.2.1", "evil\x1b[2J\n" + "x" * 500)))
        shown = self.house.wait(self.accounts.sessions(signed.actor, "browser"))
        agent = next(one.agent for one in shown if one.current)
        self.assertEqual((agent[:9], len(agent)), ("evil?[2J?", 200))

    def test_too_many_tokens(self) -> None:
        """Fifty tokens are enough."""
        for _ in range(50):
            self.token()
        self.assertEqual(self.house.refusal(self.accounts.make_token(self.anna, "x", None)), "too_many")

    def test_labels(self) -> None:
        """A token has a label that can be read."""
        for label, code in (("", "bad_text"), ("a\0", "bad_text"), ("x" * 81, "text_too_long")):
            self.assertEqual(self.house.refusal(self.accounts.make_token(self.anna, label, None)), code)

    def test_token_expires(self) -> None:
        """A token for a day ends after a day, however often it is used; one for good stays."""
        day, good = self.token(days=1)[0], self.token()[0]
        for _ in range(23):
            self.later(HOUR)
            self.assertTrue(self.works(day))
        self.later(HOUR)
        self.assertEqual((self.works(day), self.works(good)), (False, True))
        self.later(1_000 * DAY)
        self.assertTrue(self.works(good))

    def test_nonsense(self) -> None:
        """What is no token is nobody's."""
        for token in ("", "x", "\ud800", "\0", "wcb_", "x" * 100_000):
            self.assertEqual(self.house.refusal(self.accounts.authenticate(token)), "unauthenticated")


class Expiry(Scene):
    """Browser sessions end by themselves."""

    settings = settings(session_life=SessionLife(idle=2 * DAY, absolute=5 * DAY))

    def ask(self, token: str) -> Any:
        return self.accounts.authenticate(token)

    def test_idle(self) -> None:
        """A browser that was not used for the idle time is signed out."""
        token = self.house.wait(self.sign_in()).token
        self.house.wait(self.ask(token))
        self.later(2 * DAY)
        self.assertEqual(self.house.refusal(self.ask(token)), "unauthenticated")

    def test_used(self) -> None:
        """A browser in use stays signed in, but not beyond the absolute time."""
        token = self.house.wait(self.sign_in()).token
        for _ in range(4):
            self.later(DAY)
            self.house.wait(self.ask(token))
        self.later(DAY)
        self.assertEqual(self.house.refusal(self.ask(token)), "unauthenticated")

    def test_written_down(self) -> None:
        """That a session was used survives a restart of the server."""
        token = self.house.wait(self.sign_in()).token
        self.later(DAY)
        self.house.wait(self.ask(token))
        self.house.wait(self.accounts.keep_seen())
        for session in self.house.chat.cache.sessions():
            self.house.chat.cache.forget(session)
        self.later(DAY + HOUR)
        self.house.wait(self.ask(token))

    def test_forgotten(self) -> None:
        """Sessions that have ended disappear from the list of devices."""
        self.house.wait(self.sign_in())
        self.later(2 * DAY + HOUR)
        signed = self.house.wait(self.sign_in())
        self.house.wait(self.accounts.keep_seen())
        listed = self.house.wait(self.accounts.sessions(signed.actor, "browser"))
        self.assertEqual([one.id for one in listed], [signed.actor.session.id])


class Secrets(Scene):
    def test_secrets_stay_inside(self) -> None:
        """A session shown in a log does not show its token."""
        signed = self.house.wait(self.sign_in())
        self.assertNotIn(signed.token, repr(signed))
        self.assertNotIn("password", " ".join(field.name for field in attrs.fields(type(signed.actor.user))))
