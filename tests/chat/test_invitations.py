"""Invitations to register."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from tests.chat.scene import Scene, settings
from webchat.chat.sessions import DAY


class Invitations(Scene):
    settings = settings("invitation")

    def invite(self, days: int = 7, uses: int = 1) -> str:
        return str(self.house.wait(self.accounts.make_invite(self.anna, days, uses))[0])

    def uses_left(self) -> list[int]:
        return [invite.uses_left for invite in self.house.wait(self.accounts.invites(self.anna))]

    def test_needed(self) -> None:
        """Without a valid invitation nobody registers."""
        for code in (None, "", "guess", "世", "\ud800"):
            self.assertEqual(self.house.refusal(self.register(invitation=code)), "bad_invitation", repr(code))

    def test_used_up(self) -> None:
        """An invitation for two lets two in, and is gone from the list then."""
        code = self.invite(uses=2)
        self.house.wait(self.register("mei", invitation=code))
        self.assertEqual(self.uses_left(), [1])
        self.house.wait(self.register("tom", invitation=code))
        self.assertEqual(self.uses_left(), [])
        self.assertEqual(self.house.refusal(self.register("eve", invitation=code)), "bad_invitation")

    def test_last_place(self) -> None:
        """Of two who race for the last place one gets it."""
        code = self.invite()
        tries = [Deferred.fromCoroutine(self.register(name, invitation=code)) for name in ("mei", "tom")]
        self.house.turn()
        self.successResultOf(tries[0])
        self.assertEqual(self.failureResultOf(tries[1]).value.code, "bad_invitation")

    def test_not_wasted(self) -> None:
        """A registration that fails uses no place."""
        code = self.invite()
        self.assertEqual(self.house.refusal(self.register("anna", invitation=code)), "name_taken")
        self.assertEqual(self.house.refusal(self.register("a", invitation=code)), "bad_name")
        self.assertEqual(self.uses_left(), [1])
        self.house.wait(self.register("mei", invitation=code))

    def test_expired(self) -> None:
        """An invitation ends with its days."""
        code = self.invite(days=1)
        self.later(DAY)
        self.assertEqual(self.house.refusal(self.register(invitation=code)), "bad_invitation")
        self.assertEqual(self.uses_left(), [])

    def test_revoked(self) -> None:
        """A revoked invitation lets nobody in."""
        code, view = self.house.wait(self.accounts.make_invite(self.anna, 7, 5))
        self.house.wait(self.accounts.revoke_invite(self.anna, view.id))
        self.assertEqual(self.house.refusal(self.register(invitation=code)), "bad_invitation")
        self.assertEqual(self.house.refusal(self.accounts.revoke_invite(self.anna, view.id)), "not_found")

    def test_who_may(self) -> None:
        """Only those who run the server invite."""
        mei = self.house.wait(self.register("mei", invitation=self.invite())).actor
        for work in (
            self.accounts.make_invite(mei, 7, 1),
            self.accounts.invites(mei),
            self.accounts.revoke_invite(mei, 1),
        ):
            self.assertEqual(self.house.refusal(work), "forbidden")
