"""Lines that begin with a slash."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.model.commands import PostMessage, RunCommand
from webchat.model.ids import RoomId, Seq
from webchat.model.users import Actor

LOBBY = RoomId(1)


class SlashCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.chat = self.house.chat
        self.anna, self.mei = self.house.set_up(), self.house.register("mei")
        self.kim = self.house.register("kim")

    def run_line(self, actor: Actor, text: str, room: RoomId = LOBBY, **more: Any) -> Any:
        return self.house.wait(self.chat.slash.run(actor, RunCommand(0, room, text, **more)))

    def refused(self, actor: Actor, text: str, room: RoomId = LOBBY, **more: Any) -> str:
        return self.house.refusal(self.chat.slash.run(actor, RunCommand(0, room, text, **more)))

    def message(self, seq: Seq) -> Any:
        return self.house.wait(self.chat.messages.one(self.anna, LOBBY, seq))


class Saying(SlashCase):
    """What a command posts is a message like any other."""

    def test_me(self) -> None:
        """The room is told of an action; the same nonce posts it once, and a text with it is another body."""
        anna = self.house.connect(self.anna)
        posted = self.run_line(self.mei, "/me waves", nonce="n1").posted
        row = anna.next("message")
        self.assertEqual((row["text"], row["action"], row["seq"]), ("waves", True, posted.seq))
        self.assertTrue(self.run_line(self.mei, "/me waves", nonce="n1").posted.duplicate)
        said = PostMessage(0, LOBBY, "waves", "n1")
        self.assertEqual(self.house.refusal(self.chat.messages.post(self.mei, said)), "conflict")
        self.assertEqual(self.refused(self.mei, "/me "), "empty_text")

    def test_action_stays_one(self) -> None:
        """It is one after an edit, and where it is passed on; with nothing to do there is none."""
        connection = self.house.connect(self.mei)
        connection.ask("post", room=LOBBY, text="waves", action=True)
        connection.ask("edit", room=LOBBY, seq=1, text="bows to @kim")
        found = self.message(Seq(1))
        self.assertEqual((found.text, found.action, found.mentions), ("bows to @kim", True, (self.kim.id,)))
        connection.ask("post", room=LOBBY, text="", forward={"room": LOBBY, "seq": 1})
        found = self.message(Seq(2))
        self.assertEqual((found.action, found.forwarded.author, found.forwarded.seq), (True, self.mei.id, 1))
        refused = connection.ask("post", room=LOBBY, text="", forward={"room": LOBBY, "seq": 1}, action=True)
        self.assertEqual(refused["code"], "bad_request")
        self.assertEqual(connection.ask("post", room=LOBBY, text=" ", action=True)["code"], "empty_text")

    def test_shrug(self) -> None:
        """A shrug comes behind the text, or alone, in signs that no Markdown takes for its own."""
        shrug = r"¯\\\_(ツ)\_/¯"
        for line, text in (("/shrug", shrug), ("/shrug who knows", f"who knows {shrug}")):
            self.assertEqual(self.message(self.run_line(self.mei, line).posted.seq).text, text)

    def test_two_slashes(self) -> None:
        """What begins with two is said with one."""
        self.assertEqual(self.message(self.run_line(self.mei, "//me is a command").posted.seq).text, "/me is a command")

    def test_thread(self) -> None:
        """In a thread it is said in the thread."""
        self.run_line(self.mei, "//one")
        posted = self.run_line(self.mei, "/me waves", thread=Seq(1)).posted
        self.assertEqual(self.message(posted.seq).thread, 1)

    def test_silence(self) -> None:
        """Who may not post here does not by a command either."""
        self.house.wait(self.chat.rooms.change(self.anna, LOBBY, posting="moderators"))
        for line in ("/me waves", "/shrug", "//text"):
            self.assertEqual(self.refused(self.mei, line), "forbidden", line)


class Asking(SlashCase):
    """What is told to the caller alone."""

    def test_who(self) -> None:
        """Those who are here are named, and who is away is said to be."""
        self.assertEqual(self.run_line(self.mei, "/who").notice.text, "Nobody is here now.")
        self.house.connect(self.mei)
        self.house.connect(self.kim)
        self.house.wait(self.chat.presence.set_status(self.kim, "away"))
        self.house.wait(self.chat.presence.tell())
        notice = self.run_line(self.mei, "/who", language="zh-CN").notice
        self.assertEqual((notice.code, notice.text), ("who", "现在在线（2 人）：Kim（离开）、Mei"))

    def test_who_hides(self) -> None:
        """Who blocks somebody is not here for her."""
        self.house.connect(self.kim)
        self.house.wait(self.chat.contacts.block(self.kim, self.mei.id, True))
        self.assertEqual(self.run_line(self.mei, "/who").notice.text, "Nobody is here now.")

    def test_help(self) -> None:
        """All commands are told with what they do, or the one that is asked for."""
        lines = self.run_line(self.mei, "/help").notice.text.splitlines()
        self.assertIn("/me what you do – Says what you do: “Mei waves”", lines)
        self.assertEqual(len(lines), 7)
        self.assertEqual(self.run_line(self.mei, "/help /who").notice.text, "/who – Shows who is here now")
        self.assertEqual(self.refused(self.mei, "/help nothing"), "no_such_command")

    def test_unknown(self) -> None:
        """An unknown command is not said; what may have been meant is told."""
        connection = self.house.connect(self.mei)
        answer = connection.ask("command", room=LOBBY, text="/tpoic Tea")
        self.assertEqual((answer["code"], answer["suggestions"]), ("no_such_command", ["topic"]))
        self.assertNotIn("suggestions", connection.ask("command", room=LOBBY, text="/xyzzy"))
        self.assertEqual(connection.ask("command", room=LOBBY, text="hello")["code"], "bad_request")
        self.assertEqual(connection.rest(), [])

    def test_is_command(self) -> None:
        """Doors that know only texts learn which of them are commands."""
        texts = ("/help", "／who", "/xyzzy", "/etc/hosts", "//me", "hello")
        found = [self.house.wait(self.chat.slash.is_command(self.mei, LOBBY, text)) for text in texts]
        self.assertEqual(found, [True, True, False, False, False, False])

    def test_outside(self) -> None:
        """Who is not in the room learns nothing of it by any command, nor whether it exists."""
        room = self.house.wait(self.chat.rooms.create(self.anna, "Secret", "", "private")).room
        for line in ("/help", "/who", "/away", "/invite @kim", "/topic", "/topic x", "/me waves", "//x", "/xyzzy"):
            self.assertEqual(self.refused(self.mei, line, room), "no_such_room", line)
        self.assertEqual(self.refused(self.mei, "/who", RoomId(99)), "no_such_room")

    def test_pace(self) -> None:
        """Commands are limited like everything else."""
        codes = {self.refused(self.mei, "/xyzzy") for _ in range(21)}
        self.assertEqual(codes, {"no_such_command", "rate_limited"})


class Changing(SlashCase):
    """What commands change, by the rights of who gives them."""

    def test_topic(self) -> None:
        """Everybody may ask for the topic; those who look after the room change it."""
        self.assertEqual(self.run_line(self.mei, "/topic").notice.text, "This room has no topic.")
        self.assertEqual(self.refused(self.mei, "/topic Tea"), "forbidden")
        self.assertEqual(self.run_line(self.anna, "/topic  Tea {x} ").notice.text, "The topic is now: Tea {x}")
        self.assertEqual(self.run_line(self.mei, "/topic").notice.text, "The topic: Tea {x}")

    def test_away(self) -> None:
        """One's devices are told that one is away, and that one is not."""
        connection = self.house.connect(self.mei)
        self.assertEqual(connection.ask("command", room=LOBBY, text="/away")["notice"]["code"], "away")
        self.assertEqual(connection.next("status")["status"], "away")
        self.assertEqual(self.run_line(self.mei, "/away off").notice.code, "back")
        self.assertEqual(connection.next("status")["status"], "auto")
        self.assertEqual(self.refused(self.mei, "/away perhaps"), "bad_request")

    def test_invite(self) -> None:
        """People are brought in by their names, all of them or none."""
        room = self.house.wait(self.chat.rooms.create(self.anna, "Garden", "")).room
        self.assertEqual(self.refused(self.anna, "/invite @kim @nobody", room), "no_such_user")
        self.assertEqual(self.refused(self.anna, "/invite", room), "bad_request")
        self.assertEqual(self.refused(self.anna, "/invite " + "@kim " * 21, room), "too_many")
        notice = self.run_line(self.anna, "/invite @kim，＠MEI @kim", room).notice
        self.assertEqual(notice.text, "Kim, Mei can now read and write here.")
        self.run_line(self.mei, "/who", room)

    def test_invite_by_right(self) -> None:
        """Who may not invite does not learn who has an account."""
        self.house.wait(self.chat.rooms.change(self.anna, LOBBY, inviting="moderators"))
        self.assertEqual({self.refused(self.mei, f"/invite @{name}") for name in ("kim", "nobody")}, {"forbidden"})
