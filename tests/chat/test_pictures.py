"""Pictures of people and rooms."""

from __future__ import annotations

from typing import Any

from tests.chat.test_people import LOBBY, PeopleCase
from tests.support import images
from tests.support.house import Connection
from webchat.chat.pictures import HOUR, Pictures
from webchat.store.pictures import PictureFiles


class PicturesCase(PeopleCase):
    def setUp(self) -> None:
        super().setUp()
        self.pictures: Pictures = self.house.chat.pictures
        assert self.house.chat.images is not None
        self.files: PictureFiles = self.house.chat.images.files
        self.red, self.blue = images.picture(), images.picture(colour=(0, 0, 200))

    def kept(self) -> set[str]:
        """The names of pictures on the disk."""
        return {entry.name for entry in self.files.folder.iterdir()} if self.files.folder.exists() else set()

    def quiet(self, *people: Any) -> list[Connection]:
        """A connection for each, with nothing left to read."""
        connections = [self.house.connect(one) for one in people]
        for connection in connections:
            connection.rest()
        return connections


class Avatars(PicturesCase):
    """One's own picture."""

    def test_set_and_taken_away(self) -> None:
        """Others see it at once; another one gets another name, and the old files go."""
        anna, mei = self.quiet(self.anna, self.mei)
        first = self.wait(self.pictures.set_avatar(self.mei, self.red)).avatar
        self.assertRegex(first, "^[0-9a-f]{32}$")
        self.assertEqual(anna.next("user")["user"]["avatar"], first)
        self.assertEqual(mei.next("me")["user"]["avatar"], first)
        self.assertEqual(self.wait(self.pictures.read(first, 48))[8:12], b"WEBP")
        second = self.wait(self.pictures.set_avatar(self.mei, self.blue)).avatar
        self.assertNotEqual(first, second)
        self.assertEqual(self.kept(), {second})
        self.assertIsNone(self.wait(self.pictures.remove_avatar(self.mei)).avatar)
        self.assertEqual(self.kept(), set())
        self.assertEqual(self.house.refusal(self.pictures.read(second, 48)), "not_found")

    def test_bad(self) -> None:
        """What is no picture changes nothing and leaves nothing behind."""
        name = self.wait(self.pictures.set_avatar(self.mei, self.red)).avatar
        for data in (images.HTML, images.huge_header()):
            self.assertEqual(self.house.refusal(self.pictures.set_avatar(self.mei, data)), "bad_picture")
        self.assertEqual(self.kept(), {name})

    def test_not_too_often(self) -> None:
        """Ten at once, then one every ten seconds."""
        for _ in range(10):
            self.assertEqual(self.house.refusal(self.pictures.set_avatar(self.mei, b"x")), "bad_picture")
        self.assertEqual(self.house.refusal(self.pictures.set_avatar(self.mei, b"x")), "rate_limited")
        self.house.clock.advance(11)
        self.assertEqual(self.house.refusal(self.pictures.set_avatar(self.mei, b"x")), "bad_picture")


class OfRooms(PicturesCase):
    """A room's picture."""

    def test_moderator(self) -> None:
        """Its moderators give it one: a change of the room like any other."""
        mei = self.quiet(self.mei)[0]
        changed = self.wait(self.pictures.set_room_picture(self.anna, LOBBY, self.red))
        event = mei.next("room")
        self.assertEqual((event["rev"], self.kept()), (changed.rev, {event["picture"]}))
        self.wait(self.pictures.remove_room_picture(self.anna, LOBBY))
        self.assertNotIn("picture", mei.next("room"))
        self.assertEqual(self.kept(), set())
        self.wait(self.pictures.remove_room_picture(self.anna, LOBBY))
        self.assertEqual(mei.rest(), [])

    def test_others(self) -> None:
        """Members may not, and strangers do not learn whether there is such a room; nothing is decoded for them."""
        den = self.wait(self.house.chat.rooms.create(self.anna, "Den")).room
        for room, code in ((LOBBY, "forbidden"), (den, "not_a_member"), (99, "no_such_room")):
            self.assertEqual(self.house.refusal(self.pictures.set_room_picture(self.mei, room, self.red)), code)  # type: ignore[arg-type]
            self.assertEqual(self.house.refusal(self.pictures.remove_room_picture(self.mei, room)), code)  # type: ignore[arg-type]
        self.assertEqual(self.kept(), set())


class Sweeping(PicturesCase):
    """What was left behind."""

    def test_orphans(self) -> None:
        """Old files that are nobody's go; those in use stay, and young ones too."""
        avatar = self.wait(self.pictures.set_avatar(self.mei, self.red)).avatar
        orphan = "ab" * 16
        self.files.keep(orphan, {48: b"x"})
        now = (self.files.folder / orphan).stat().st_mtime
        self.house.now.ms = int(now * 1000) + HOUR // 2
        self.wait(self.pictures.sweep())
        self.assertEqual(self.kept(), {avatar, orphan})
        self.house.now.ms = int(now * 1000) + 2 * HOUR
        self.wait(self.pictures.sweep())
        self.assertEqual(self.kept(), {avatar})
