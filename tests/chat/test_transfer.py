"""Rooms taken along, and brought in."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from tests.chat.test_messages import Scene
from tests.support.house import House
from webchat.chat import transfer as transfer_module
from webchat.chat.transfer import Imported
from webchat.model.commands import DeleteMessage, EditMessage, PostMessage
from webchat.model.transfer import LINE_LIMIT, lines_of
from webchat.store import meta


class Transfers(Scene):
    """The lobby, in which something was said, and other servers."""

    def setUp(self) -> None:
        super().setUp()
        self.say(4)
        self.house.wait(self.messages.post(self.anna, PostMessage(1, 1, "aside", "n", thread=1, reply=2)))
        self.house.wait(self.messages.edit(self.mei, EditMessage(1, 1, 2, "edited")))
        self.house.wait(self.messages.delete(self.mei, DeleteMessage(1, 1, 3)))

    def export(self, house: House | None = None, room: int = 1, by: Any = None, **how: Any) -> bytes:
        house = house or self.house
        with house.wait(house.chat.transfer.export(by, room, **how)) as file:
            return bytes(file.read())

    def take_in(self, house: House, content: bytes, by: Any = None) -> Imported:
        return house.wait(house.chat.transfer.take_in(by, content.splitlines()))

    def other(self) -> House:
        house = House(self)
        house.set_up("olga")
        house.chat.syncing.epoch = "another"
        return house

    def rooms_of(self, house: House) -> int:
        return int(
            house.wait(
                house.chat.database.read(
                    lambda db: db.execute(sa.text("SELECT count(*) FROM rooms WHERE deleted IS NULL")).scalar_one()
                )
            )
        )

    def test_there_and_back(self) -> None:
        """Taken to another server and written out there, it is the same to the byte; and once more changes nothing."""
        self.patch(transfer_module, "ROWS", 3)
        content = self.export()
        other = self.other()
        done = self.take_in(other, content)
        self.assertEqual(
            (done.created, done.people, done.placeholders, done.members, done.messages), (True, 2, 2, 2, 5)
        )
        self.assertEqual(self.export(other, done.room), content)
        again = self.take_in(other, content)
        self.assertEqual((again.room, again.created), (done.room, False))
        self.assertEqual(self.rooms_of(other), 2)
        self.assertEqual(self.take_in(self.house, content), Imported(self.room_id(1), False))

    def room_id(self, number: int) -> Any:
        return number

    def test_people(self) -> None:
        """Who has the same name there is a member, to whom nothing is new; others cannot sign in."""
        other = self.other()
        mei = other.register("mei")
        line = other.connect(mei)
        done = self.take_in(other, self.export())
        self.assertEqual(done.placeholders, 1)
        other.wait(other.chat.sweeping.memberships())
        (joined,) = [event for event in line.rest() if event["type"] == "joined"]
        self.assertEqual((joined["room"]["title"], joined["room"]["seq"], joined["room"]["read"]), ("Lobby", 5, 5))
        posted = other.wait(other.chat.messages.post(mei, PostMessage(1, done.room, "go on")))
        self.assertEqual(posted.seq, 6)
        page = other.wait(other.chat.messages.page(mei, done.room))
        self.assertEqual([one.text for one in page.messages], ["m1", "edited", "", "m4", "aside", "go on"])

    def test_same_nonce(self) -> None:
        """A post that was tried on the old server is known on the new one."""
        content = self.export()
        other = self.other()
        anna = other.register("anna")
        done = self.take_in(other, content)
        post = PostMessage(1, done.room, "aside", "n", thread=1, reply=2)
        self.assertTrue(other.wait(other.chat.messages.post(anna, post)).duplicate)

    def test_wrong_files(self) -> None:
        """A file that is not right leaves nothing behind, and its line is named."""
        self.patch(transfer_module, "ROWS", 2)
        lines = self.export().splitlines()
        other = self.other()

        def changed(number: int, **changes: Any) -> list[bytes]:
            line = {**msgspec.json.decode(lines[number]), **changes}
            return [*lines[:number], msgspec.json.encode(line), *lines[number + 1 :]]

        last = len(lines) - 1
        nonce = msgspec.json.decode(lines[-2])["nonce"]
        for content in (
            [],
            [b""],
            lines[:-1],
            lines[1:],
            [*lines, b"{}"],
            [*lines[:2], b"x" * (LINE_LIMIT + 1), *lines[2:]],
            changed(0, title=" x"),
            changed(0, title="x" * 100),
            changed(0, retention=3),
            changed(1, name="not a name"),
            changed(1, name="MEI") if b'"mei"' in lines[3] else changed(1, display_name="\u202e"),
            changed(last - 1, text="\u0007"),
            changed(last - 1, seq=3),
            changed(last - 1, author=9),
            changed(last - 2, nonce="a b"),
            changed(last - 1, extras={"previews": [{"url": "javascript:alert(1)", "title": "x"}]}),
            changed(last - 1, extras={"files": [{"id": "../x", "name": "x", "mime": "", "kind": "file", "size": 1}]}),
            changed(last, messages=4),
        ):
            work = other.chat.transfer.take_in(None, content)
            self.assertEqual(other.refusal(work), "bad_request")
        twice = changed(last - 2, nonce=nonce, author=msgspec.json.decode(lines[-2])["author"])
        self.assertEqual(other.refusal(other.chat.transfer.take_in(None, twice)), "conflict")
        self.assertEqual(self.rooms_of(other), 1)
        for _ in range(5):
            other.wait(other.chat.sweeping.gone_rooms())
        count = "SELECT count(*) FROM messages"
        left = other.wait(other.chat.database.read(lambda db: db.execute(sa.text(count)).scalar_one()))
        self.assertEqual(left, 0)
        self.assertTrue(self.take_in(other, b"\n".join(lines)).created)

    def test_unseen_until_whole(self) -> None:
        """Nobody finds half a room; one that was cut off is cleared away, and can be brought in again."""
        self.patch(transfer_module, "ROWS", 2)
        content = self.export()
        other = self.other()
        mei = other.register("mei")
        seen: list[list[str]] = []

        def lines() -> Any:
            for line in content.splitlines():
                found, _ = other.wait(other.chat.rooms.public(mei))
                seen.append([room.title for room in found])
                yield line
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            other.wait(other.chat.transfer.take_in(None, lines()))
        self.assertEqual({tuple(titles) for titles in seen}, {("Lobby",)})
        self.assertTrue(self.take_in(other, content).created)

    def test_cut_off(self) -> None:
        """What a server that was killed left half done is given up after a while."""
        other = self.other()
        other.wait(other.chat.database.write(None, lambda db: meta.put(db, "importing:77", str(other.now()))))
        other.wait(other.chat.transfer.go_on())
        keys = lambda: other.wait(other.chat.database.read(lambda db: [*meta.starting(db, "importing:")]))  # noqa: E731
        self.assertEqual(keys(), ["importing:77"])
        other.now.ms += 2 * transfer_module.FORGOTTEN  # type: ignore[attr-defined]
        other.wait(other.chat.transfer.go_on())
        self.assertEqual(keys(), [])

    def test_rights(self) -> None:
        """Rooms are exported by their owners, and imported by those who run the server; a conversation never is."""
        transfer = self.house.chat.transfer
        self.export(by=self.anna)
        self.assertEqual(self.house.refusal(transfer.export(self.mei, 1)), "forbidden")
        self.assertEqual(self.house.refusal(transfer.take_in(self.mei, [])), "bad_request")
        self.assertEqual(self.house.refusal(transfer.take_in(self.mei, self.export().splitlines())), "forbidden")
        self.assertEqual(self.house.refusal(transfer.export(None, 99)), "no_such_room")
        direct = self.house.wait(self.house.chat.directs.open(self.anna, [self.mei.id])).state.room
        for by in (None, self.anna):
            self.assertEqual(self.house.refusal(transfer.export(by, direct)), "forbidden")
        acts = self.house.wait(self.house.chat.administration.acts(self.anna)).entries
        self.assertIn("room.export", [act.action for act in acts])

    def test_page(self) -> None:
        """The page to read holds what was said."""
        text = self.export(form="html", language="zh-CN").decode()
        for word in ("Lobby", "edited", "消息已删除", "aside"):
            self.assertIn(word, text)

    def test_lines(self) -> None:
        """A file is a line for the room, for everybody in it, for each message, and one for its end."""
        kinds = [
            msgspec.json.decode(line)["type"]
            for line in lines_of(self.house.wait(self.house.chat.transfer.export(None, 1)))
        ]
        self.assertEqual(kinds, ["room", "person", "person", "member", "member", *["message"] * 5, "end"])
        self.assertNotIn(b"example.com", self.export())
