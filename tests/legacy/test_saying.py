"""Texts that are said, and those that are carried out."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.legacy.saying import say
from webchat.model.answers import Ran
from webchat.model.ids import RoomId

LOBBY = RoomId(1)


class Saying(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()

    def say(self, text: str, nonce: str) -> Ran:
        return self.house.wait(say(self.house.chat, self.anna, LOBBY, text, nonce))

    def test_said(self) -> None:
        """What is no command is said as it stands; the same nonce again is the same message."""
        for number, text in enumerate(("hi", "/etc/hosts", "/nonsense here", "//topic Tea")):
            ran = self.say(text, f"n{number}")
            assert ran.posted is not None
            self.assertEqual((ran.posted.seq, ran.notice), (number + 1, None))
        again = self.say("hi", "n0").posted
        assert again is not None
        self.assertEqual((again.seq, again.duplicate), (1, True))

    def test_carried_out(self) -> None:
        """A command is not said; what it answers is in Chinese, whatever her account's language is."""
        ran = self.say("/topic Tea", "n")
        assert ran.notice is not None
        self.assertEqual((ran.posted, ran.notice.text), (None, "简介已改为：Tea"))

    def test_command_that_says_something(self) -> None:
        """One that says something does so once, however often it is tried."""
        for is_again in (False, True):
            posted = self.say("/me waves", "n").posted
            assert posted is not None
            self.assertEqual((posted.seq, posted.duplicate), (1, is_again))
