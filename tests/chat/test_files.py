"""Files brought, posted, looked at and gone, in a whole server."""

from __future__ import annotations

import io
import json
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support import images
from tests.support.house import DEVICE, PASSWORD, House
from webchat.chat.files import DAY, FilePolicy
from webchat.chat.messages import Messages
from webchat.model.answers import Posted
from webchat.model.commands import DeleteMessage, Forward, JoinRoom, LeaveRoom, PostMessage
from webchat.model.extras import File
from webchat.model.ids import RoomId, Seq
from webchat.model.users import Actor

TEXT = b"What was said in the garden.\n"


class FileCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.mei = self.house.register("mei")
        self.ben = self.house.register("ben")
        self.files = self.house.chat.files
        self.messages: Messages = self.house.chat.messages
        self.room = RoomId(1)

    def bringing(self, data: bytes = TEXT, name: str = "notes.txt", actor: Actor | None = None) -> Deferred[File]:
        work = self.files.bring(actor or self.mei, self.room, io.BytesIO(data), name)
        return Deferred.fromCoroutine(work)

    def bring(self, data: bytes = TEXT, name: str = "notes.txt", actor: Actor | None = None) -> File:
        return self.house.wait(self.bringing(data, name, actor))

    def posting(
        self, *ids: str, text: str = "", nonce: str | None = None, actor: Actor | None = None
    ) -> Deferred[Posted]:
        return self.messages.post(actor or self.mei, PostMessage(1, self.room, text, nonce, files=ids))

    def post(self, *ids: str, **more: Any) -> Posted:
        return self.house.wait(self.posting(*ids, **more))

    def read(self, actor: Actor, id: str) -> bytes:
        opened = self.house.wait(self.files.open(actor, id))
        with opened.stream:
            return opened.stream.read()

    def kept(self) -> list[str]:
        folder = self.house.files_folder
        return sorted(path.name for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


class Posting(FileCase):
    """Files of messages."""

    def test_told(self) -> None:
        """A message without a word may have files: the room is told of them, in their order, with the message."""
        ben = self.house.connect(self.ben)
        picture, notes = self.bring(images.with_place(6), "IMG 1.jpg"), self.bring()
        self.post(notes.id, picture.id)
        row = ben.next("message")
        self.assertEqual(row["text"], "")
        self.assertEqual([file["id"] for file in row["files"]], [notes.id, picture.id])
        self.assertEqual(row["files"][0], {
            "id": notes.id, "name": "notes.txt", "mime": "text/plain", "kind": "file", "size": len(TEXT),
        })  # fmt: skip
        shown = row["files"][1]
        self.assertEqual((shown["kind"], shown["width"], shown["height"], shown["thumb"]), ("image", 40, 80, True))
        page = self.house.wait(self.messages.page(self.ben, self.room))
        self.assertEqual([file.id for file in page.messages[-1].files], [notes.id, picture.id])
        self.assertEqual(self.read(self.ben, notes.id), TEXT)

    def test_mine_alone(self) -> None:
        """Nobody posts what is another's, of another room, in a message already, or not there."""
        room = self.house.wait(self.house.chat.rooms.create(self.mei, "Garden", "")).room
        other = self.house.wait(self.files.bring(self.mei, room, io.BytesIO(TEXT), "x.txt"))
        mine = self.bring()
        for ids, actor in (((mine.id,), self.ben), ((other.id,), self.mei), (("0" * 32,), self.mei)):
            self.assertEqual(self.house.refusal(self.posting(*ids, actor=actor)), "no_such_file")
        self.assertEqual(self.house.refusal(self.posting(mine.id, other.id, text="hi")), "no_such_file")
        self.post(mine.id)
        self.assertEqual(self.house.refusal(self.posting(mine.id)), "no_such_file")
        self.assertEqual(self.house.refusal(self.posting(other.id, other.id)), "bad_request")
        self.assertEqual(self.house.refusal(self.posting()), "empty_text")

    def test_once(self) -> None:
        """Of two posts with one file, in one batch, one is stored; the same post again is the same post."""
        file = self.bring()
        one = self.posting(file.id, nonce="n1")
        two = self.posting(file.id, nonce="n2")
        again = self.posting(file.id, nonce="n1")
        self.house.turn()
        first = self.successResultOf(one)
        self.assertEqual(self.failureResultOf(two).value.code, "no_such_file")
        repeated = self.successResultOf(again)
        self.assertEqual((repeated.seq, repeated.duplicate), (first.seq, True))
        late = self.post(file.id, nonce="n1")
        self.assertEqual((late.seq, late.duplicate), (first.seq, True))
        self.assertEqual(self.house.refusal(self.posting(nonce="n1", text="hi")), "conflict")

    def test_deleted(self) -> None:
        """With a message its files go, from the room and from the disk, unless another message has the same content."""
        one, two = self.bring(), self.bring(name="again.txt", actor=self.ben)
        first = self.post(one.id)
        second = self.post(two.id, actor=self.ben)
        self.assertEqual(len(self.kept()), 1)
        self.house.wait(self.messages.delete(self.mei, DeleteMessage(1, self.room, first.seq)))
        self.assertEqual(self.house.refusal(self.files.open(self.mei, one.id)), "no_such_file")
        self.assertEqual(self.read(self.mei, two.id), TEXT)
        self.house.wait(self.messages.delete(self.ben, DeleteMessage(1, self.room, second.seq)))
        self.assertEqual(self.kept(), [])

    def test_reported(self) -> None:
        """A message that is deleted since it was reported takes its files with it, too."""
        file = self.bring()
        seq = self.post(file.id).seq
        moderation = self.house.chat.moderation
        report = self.house.wait(moderation.report_message(self.ben, self.room, seq, "spam"))
        self.house.wait(moderation.decide(None, report, "deleted", reason="rule 3"))
        self.assertEqual(self.house.refusal(self.files.open(self.mei, file.id)), "no_such_file")


class Looking(FileCase):
    """Who sees a file."""

    def test_members_alone(self) -> None:
        """Until it is posted, who brought it; then the room's members; never who left, though she brought it."""
        file = self.bring()
        self.assertEqual(self.read(self.mei, file.id), TEXT)
        self.assertEqual(self.house.refusal(self.files.open(self.ben, file.id)), "no_such_file")
        self.post(file.id)
        self.assertEqual(self.read(self.ben, file.id), TEXT)
        self.house.wait(self.house.chat.rooms.leave(self.mei, LeaveRoom(1, self.room)))
        self.assertEqual(self.house.refusal(self.files.open(self.mei, file.id)), "no_such_file")
        self.house.wait(self.house.chat.rooms.join(self.mei, JoinRoom(1, self.room)))
        self.assertEqual(self.read(self.mei, file.id), TEXT)

    def test_public(self) -> None:
        """Whoever knows the id may look at a file in one of the rooms that are meant, if everybody may enter it."""

        def code(*rooms: RoomId, id: str = "") -> str:
            return self.house.refusal(self.files.open_public(id or file.id, rooms))

        file = self.bring()
        self.assertEqual(code(self.room), "no_such_file", "no message has it")
        seq = self.post(file.id).seq
        opened = self.house.wait(self.files.open_public(file.id, (self.room,)))
        with opened.stream:
            self.assertEqual(opened.stream.read(), TEXT)
        self.assertEqual((code(RoomId(7)), code(), code(self.room, id="0" * 32)), ("no_such_file",) * 3)
        owner = self.house.wait(self.house.chat.accounts.sign_in("anna", PASSWORD, DEVICE)).actor
        self.house.wait(self.house.chat.rooms.change(owner, self.room, kind="private"))
        self.assertEqual(code(self.room), "no_such_file")
        self.house.wait(self.house.chat.rooms.change(owner, self.room, kind="public"))
        self.house.wait(self.messages.delete(self.mei, DeleteMessage(0, self.room, seq)))
        self.assertEqual(code(self.room), "no_such_file")

    def test_pages(self) -> None:
        """The room's files, the newest first, kind by kind, page by page; what is not posted is not among them."""
        ids = [self.bring(TEXT + bytes([65 + n])).id for n in range(3)]
        picture = self.bring(images.picture(), "a.png").id
        self.post(ids[0], ids[1])
        self.post(picture)
        self.post(ids[2])
        self.bring()
        page = self.house.wait(self.files.page(self.ben, self.room, "all", None, 2))
        self.assertEqual([one.file.id for one in page.files], [ids[2], picture])
        assert page.next is not None
        seq, place = map(int, page.next.split("-"))
        page = self.house.wait(self.files.page(self.ben, self.room, "all", (seq, place), 9))
        self.assertEqual(([one.file.id for one in page.files], page.next), (ids[:2], None))
        page = self.house.wait(self.files.page(self.ben, self.room, "media", None, 9))
        self.assertEqual([(one.file.id, one.seq, one.author) for one in page.files], [(picture, 2, self.mei.id)])


class Limits(FileCase):
    """How much, and for how long."""

    def test_quota(self) -> None:
        """Above what one may keep nothing is taken, nor left; what is taken back makes room."""
        self.files.policy = FilePolicy(quota=2 * len(TEXT))
        first = self.bring()
        two, three = self.bringing(TEXT.upper()), self.bringing(TEXT.lower())
        self.house.turn()
        self.successResultOf(two)
        self.assertEqual(self.failureResultOf(three).value.code, "quota_exceeded")
        self.assertEqual(len(self.kept()), 2)
        self.house.wait(self.files.discard(self.mei, first.id))
        self.assertEqual(self.house.refusal(self.files.discard(self.mei, first.id)), "no_such_file")
        self.bring(TEXT.lower())
        self.bring(actor=self.ben)

    def test_same_at_once(self) -> None:
        """The same content from two at the same time is two files and one content; when one goes the other stays."""
        one, two = self.bringing(), self.bringing(actor=self.ben)
        self.house.turn()
        first, second = self.successResultOf(one), self.successResultOf(two)
        self.assertNotEqual(first.id, second.id)
        self.assertEqual(len(self.kept()), 1)
        self.house.wait(self.files.discard(self.mei, first.id))
        self.assertEqual(self.read(self.ben, second.id), TEXT)

    def test_brought_while_it_goes(self) -> None:
        """A content that somebody brings while its last holder takes it back is there afterwards."""
        first = self.bring()
        going = Deferred.fromCoroutine(self.files.discard(self.mei, first.id))
        coming = self.bringing(actor=self.ben)
        self.house.turn()
        self.successResultOf(going)
        self.assertEqual(self.read(self.ben, self.successResultOf(coming).id), TEXT)

    def test_sweep(self) -> None:
        """What nobody posted within a day goes; what a crash left on disk goes too; what is posted stays."""
        forgotten, posted = self.bring(), self.bring(TEXT.upper())
        self.post(posted.id)
        stray = self.house.files_folder / "ab" / ("ab" * 32)
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"left behind")
        self.house.now.ms += DAY + 1_000_000_000_000  # type: ignore[attr-defined]
        for _ in range(16):
            self.house.wait(self.files.sweep())
        self.assertEqual(self.house.refusal(self.files.open(self.mei, forgotten.id)), "no_such_file")
        self.assertEqual(self.read(self.ben, posted.id), TEXT.upper())
        self.assertEqual(len(self.kept()), 1)

    def test_silenced(self) -> None:
        """Who may not write here brings nothing."""
        stranger = self.house.wait(self.house.chat.rooms.create(self.ben, "Elsewhere", "")).room
        work = self.files.bring(self.mei, stranger, io.BytesIO(TEXT), "x.txt")
        self.assertEqual(self.house.refusal(work), "not_a_member")
        self.assertEqual(self.kept(), [])

    def test_taken_along(self) -> None:
        """What is taken along names one's files; who gives up her account leaves none that are not posted."""
        posted, waiting = self.bring(), self.bring(TEXT.upper())
        self.post(posted.id)
        own = json.loads(self.house.wait(self.house.chat.leaving.export(self.mei)))["files"]
        self.assertEqual([(one["seq"], one["file"]["id"]) for one in own], [(1, posted.id), (None, waiting.id)])
        self.house.wait(self.house.chat.leaving.give_up(self.mei, "correct horse 9"))
        self.assertEqual(self.read(self.ben, posted.id), TEXT)
        self.assertEqual(len(self.kept()), 1)


class PassingOn(FileCase):
    """Files of messages that are forwarded."""

    def setUp(self) -> None:
        super().setUp()
        self.tea = RoomId(self.house.wait(self.house.chat.rooms.create(self.mei, "Tea", kind="private")).room)
        self.notes = self.bring()
        self.post(self.notes.id, text="for all")

    def pass_on(self) -> File:
        command = PostMessage(1, self.tea, "", None, forward=Forward(self.room, Seq(1)))
        self.house.wait(self.messages.post(self.mei, command))
        (file,) = self.house.wait(self.messages.page(self.mei, self.tea)).messages[-1].files
        return file

    def test_read_there(self) -> None:
        """A file that is passed on is another file of the same content, for the members of the other room."""
        passed = self.pass_on()
        self.assertNotEqual(passed.id, self.notes.id)
        self.assertEqual(self.read(self.mei, passed.id), TEXT)
        self.assertEqual(self.house.refusal(self.files.open(self.ben, passed.id)), "no_such_file")
        self.assertEqual(len(self.kept()), 1)

    def test_stays(self) -> None:
        """It stays when the first message is deleted, and the content goes with the last."""
        passed = self.pass_on()
        self.house.wait(self.messages.delete(self.mei, DeleteMessage(1, self.room, Seq(1))))
        self.assertEqual(self.house.refusal(self.files.open(self.mei, self.notes.id)), "no_such_file")
        self.assertEqual(self.read(self.mei, passed.id), TEXT)
        self.house.wait(self.messages.delete(self.mei, DeleteMessage(1, self.tea, Seq(1))))
        self.assertEqual(self.kept(), [])
