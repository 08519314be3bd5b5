"""What the sockets of older clients have in common: becoming somebody, rooms, being sent away."""

from __future__ import annotations

from tests.legacy.sockets import Laravel, OldCase
from webchat.legacy.socket import SIGN_IN_FIRST, Said
from webchat.model.commands import DeleteMessage, EditMessage, LeaveRoom
from webchat.model.events import ReadMark
from webchat.model.ids import RoomId, Seq, UserId
from webchat.model.users import UserCard


class Becoming(OldCase):
    def test_limit(self) -> None:
        """One account has only so many connections, of whatever kind."""
        self.house.sockets.shared.connections_per_user = 2
        zhang = self.laravel()
        zhang.come_in()
        other = Laravel(self, zhang.page, zhang.email, zhang.token)
        other.come_in()
        third = Laravel(self, zhang.page, zhang.email, zhang.token)
        self.assertNotIn("count", dict(third.log_in()))
        other.lose()
        self.turn()
        self.assertIn("count", dict(third.log_in()))

    def test_disabled(self) -> None:
        """Who is shut out hears nothing more at once, and cannot come back."""
        zhang = self.laravel()
        zhang.come_in()
        user = self.house.wait(self.chat.accounts.authenticate(zhang.token)).id
        self.house.wait(self.chat.administration.disable(self.anna, user, True))
        self.turn()
        self.assertEqual(zhang.news("login"), [["login", SIGN_IN_FIRST]])
        self.post("unheard")
        zhang.send_text("again")
        self.assertEqual(zhang.news(), [["login", SIGN_IN_FIRST]])

    def test_other_sockets(self) -> None:
        """The end of one socket signs nobody else out."""
        zhang, li = self.laravel(), self.laravel("li@example.com")
        again = Laravel(self, zhang.page, zhang.email, zhang.token)
        for socket in (zhang, again, li):
            socket.come_in()
        zhang.lose()
        again.send_text("still here")
        self.assertEqual([one["msg"] for one in li.messages()], ["still here"])

    def test_presence(self) -> None:
        """To our own clients, too, she is here, until she has gone."""
        zhang = self.laravel()
        before = self.chat.hub.listeners
        zhang.come_in()
        user = self.house.wait(self.chat.accounts.authenticate(zhang.token)).id
        self.assertIn(user, self.chat.hub.users())
        zhang.lose()
        self.turn()
        self.assertEqual((self.chat.hub.listeners, user in self.chat.hub.users()), (before, False))


class Hearing(OldCase):
    def test_new_messages_only(self) -> None:
        """Edits and deletions are no messages; what is deleted before it is told is not told."""
        zhang = self.laravel()
        zhang.come_in()
        seq = Seq(self.post("one"))
        self.house.wait(self.chat.messages.edit(self.anna, EditMessage(0, RoomId(1), seq, "uno")))
        self.house.wait(self.chat.messages.delete(self.anna, DeleteMessage(0, RoomId(1), seq)))
        self.turn()
        self.assertEqual([one["msg"] for one in zhang.messages()], ["one"])

    def test_leaving_and_coming_back(self) -> None:
        """Who leaves the room for good hears nothing of it; whoever is a member again hears it on."""
        zhang = self.laravel()
        zhang.come_in()
        actor = self.house.wait(self.chat.accounts.authenticate(zhang.token))
        self.house.wait(self.chat.rooms.leave(actor, LeaveRoom(0, RoomId(1))))
        self.turn()
        zhang.news()
        self.post("unheard")
        self.assertEqual(zhang.news(), [])
        zhang.come_in()
        self.post("heard")
        self.assertEqual([one["msg"] for one in zhang.messages()], ["heard"])

    def test_encoded_once(self) -> None:
        """What many are told alike is encoded once."""
        made: list[int] = []

        def encode() -> bytes:
            made.append(1)
            return b"x"

        said = Said(ReadMark(RoomId(1), Seq(1)), UserCard(UserId(1), "a", "A"))
        self.assertEqual([said.frame("a", encode), said.frame("a", encode), said.frame("b", encode)], [b"x"] * 3)
        self.assertEqual(len(made), 2)

    def test_queries(self) -> None:
        """A message costs the database no more for a hundred who hear it than for one."""
        sockets = [self.laravel(f"u{number}@example.com") for number in range(2)]
        for socket in sockets:
            socket.come_in()
        more = [Laravel(self, sockets[0].page, sockets[0].email, sockets[0].token) for _ in range(8)]
        for socket in more:
            socket.come_in()
        self.post("first")
        asked: list[int] = []
        step = self.house.reader.step

        def counted() -> bool:
            has = step()
            asked.append(has)
            return has

        self.house.reader.step = counted  # type: ignore[method-assign]
        sockets[1].send_text("second")
        self.assertLessEqual(sum(asked), 2)
        self.assertTrue(all(len(socket.messages()) >= 1 for socket in more))
