"""Pictures that come twice, at once, to another room, or not at all."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support import images
from tests.support.house import House
from webchat.legacy.pictures import LARGEST, Pictures
from webchat.model.commands import LeaveRoom
from webchat.model.ids import RoomId
from webchat.model.refusals import BadFile, BadPicture, NoSuchFile, NotAMember, Refusal, TooLarge

PNG = images.picture("PNG", (40, 30))
LOBBY = RoomId(1)


class Saying(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.anna, self.mei = self.house.set_up(), self.house.register("mei")
        self.pictures = Pictures(self.house.chat, self.house.clock.seconds)

    def said(self, room: RoomId = LOBBY) -> list[str]:
        page = self.house.wait(self.house.chat.messages.page(self.anna, room))
        return [file.id for message in page.messages for file in message.files]

    def kept(self) -> int:
        with self.house.engines.reader.connect() as db:
            return len(db.exec_driver_sql("SELECT id FROM uploads").all())

    def test_at_once(self) -> None:
        """Two that come at once wait for each other: one file, one message, the same answer."""
        found: list[Any] = []
        for _ in range(3):
            Deferred.fromCoroutine(self.pictures.say(self.mei, LOBBY, PNG)).addBoth(found.append)
        self.house.turn()
        self.assertEqual(len({file.id for file in found}), 1)
        self.assertEqual((self.said(), self.kept()), ([found[0].id], 1))

    def test_not_the_same(self) -> None:
        """Another person, room or picture is another message, and so is the same one a minute later."""
        second = self.house.wait(self.house.chat.legacy.numbered(2))
        self.house.wait(self.pictures.say(self.anna, LOBBY, PNG))
        self.house.wait(self.pictures.say(self.mei, LOBBY, PNG))
        self.house.wait(self.pictures.say(self.anna, second, PNG))
        self.house.wait(self.pictures.say(self.anna, LOBBY, images.picture("PNG", (8, 8))))
        self.house.clock.advance(60)
        self.house.wait(self.pictures.say(self.anna, LOBBY, PNG))
        self.assertEqual((len(self.said()), len(self.said(second))), (4, 1))
        self.assertEqual(len(self.pictures._said), 1, "older ones are forgotten")

    def test_failed(self) -> None:
        """What fails leaves nothing, for none of those who wait for it, and may be tried again."""
        self.house.wait(self.house.chat.rooms.leave(self.mei, LeaveRoom(0, LOBBY)))
        failed: list[Any] = []
        for _ in range(2):
            Deferred.fromCoroutine(self.pictures.say(self.mei, LOBBY, PNG)).addErrback(
                lambda failure: failed.append(failure.type)
            )
        self.house.turn()
        self.assertEqual((failed, self.kept()), ([NotAMember] * 2, 0))
        self.house.wait(self.house.chat.legacy.enter(self.mei, LOBBY))
        self.house.wait(self.pictures.say(self.mei, LOBBY, PNG))
        self.assertEqual(len(self.said()), 1)

    def test_no_picture(self) -> None:
        """By its content, whatever it says it is."""
        for content, wanted in (
            (b"x" * (LARGEST + 1), (TooLarge,)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", (BadPicture, BadFile)),
            (b"%PDF-1.4", (BadPicture, BadFile)),
            (b"", (BadPicture, BadFile)),
        ):
            with self.assertRaises(Refusal) as caught:
                self.house.wait(self.pictures.say(self.anna, LOBBY, content))
            self.assertIsInstance(caught.exception, wanted)
        self.assertEqual((self.said(), self.kept()), ([], 0))

    def test_kept(self) -> None:
        """A picture is kept in one room and may be said in another; of a stranger's nothing is known."""
        second = self.house.wait(self.house.chat.legacy.numbered(2))
        file = self.house.wait(self.pictures.keep(self.anna, LOBBY, PNG))
        self.house.wait(self.house.chat.legacy.enter(self.mei, second))
        self.assertEqual(self.house.refusal(self.pictures.say_kept(self.mei, second, file.id)), NoSuchFile.code)
        self.house.wait(self.pictures.say_kept(self.anna, second, file.id, "n1"))
        self.house.wait(self.pictures.say_kept(self.anna, LOBBY, file.id, "n2"))
        self.assertEqual((self.said(), len(self.said(second))), ([file.id], 1))
