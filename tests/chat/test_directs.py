"""Direct conversations: opened, found again, closed to whom they do not concern."""

from __future__ import annotations

from typing import Any

import attrs
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.model.commands import DeleteMessage, EditMessage, JoinRoom, LeaveRoom, PostMessage
from webchat.model.users import Actor
from webchat.store import blocks


class Scene(SynchronousTestCase):
    """Anna's server, with Mei, Tom and Eve."""

    def setUp(self) -> None:
        self.house = House(self)
        self.chat = self.house.chat
        self.anna = self.house.set_up()
        self.mei, self.tom, self.eve = (self.house.register(name) for name in ("mei", "tom", "eve"))

    def open(self, actor: Actor, *others: Actor) -> Any:
        return self.chat.directs.open(actor, [other.id for other in others])

    def opened(self, actor: Actor, *others: Actor) -> int:
        return int(self.house.wait(self.open(actor, *others)).state.room)

    def block(self, one: Actor, other: Actor, is_on: bool = True) -> None:
        def work(db: Any) -> Any:
            return blocks.add(db, one.id, other.id, 1) if is_on else blocks.remove(db, one.id, other.id)  # type: ignore[arg-type]

        self.house.wait(self.chat.database.write(None, work))

    def post(self, actor: Actor, room: int) -> Any:
        return self.chat.messages.post(actor, PostMessage(1, room, "hi"))  # type: ignore[arg-type]


class Opening(Scene):
    def test_one_room(self) -> None:
        """From whichever side it is opened, it is one room; the other one is in it at once, and told."""
        mei, tom = self.house.connect(self.mei), self.house.connect(self.tom)
        first = self.house.wait(self.open(self.mei, self.tom))
        self.assertEqual(
            (first.is_new, first.state.kind, first.state.title, first.state.role), (True, "direct", "", "member")
        )
        self.assertEqual([card.name for card in first.state.people], ["tom"])
        for connection, other in ((mei, "mei"), (tom, "tom")):
            people = connection.next("joined")["room"]["people"]
            self.assertEqual([card["name"] for card in people], [{"mei": "tom", "tom": "mei"}[other]])
        again = self.house.wait(self.open(self.tom, self.mei))
        self.assertEqual((again.is_new, again.state.room), (False, first.state.room))
        self.house.wait(self.post(self.tom, first.state.room))
        self.assertEqual(mei.next("message")["text"], "hi")

    def test_exactly_these(self) -> None:
        """Each set of people has its own; oneself need not be named, nobody is counted twice."""
        rooms = {
            self.opened(self.mei, self.tom),
            self.opened(self.mei, self.eve),
            self.opened(self.mei, self.tom, self.eve),
        }
        self.assertEqual(len(rooms), 3)
        self.assertIn(self.opened(self.eve, self.eve, self.mei, self.tom, self.tom), rooms)

    def test_bounds(self) -> None:
        """A conversation has one to nine others, all of them known."""
        for others in ([], [self.mei], range(100, 110)):
            ids = [one if isinstance(one, int) else one.id for one in others]
            self.assertEqual(self.house.refusal(self.chat.directs.open(self.mei, ids)), "bad_request")  # type: ignore[arg-type]
        self.assertEqual(self.house.refusal(self.chat.directs.open(self.mei, [self.tom.id, 99])), "no_such_user")  # type: ignore[list-item]
        self.house.wait(self.chat.administration.disable(None, self.eve.id, True))
        self.assertEqual(self.house.refusal(self.open(self.mei, self.eve)), "no_such_user")

    def test_guests(self) -> None:
        """Guests open none."""
        guest = attrs.evolve(self.mei, user=attrs.evolve(self.mei.user, role="guest"))
        self.assertEqual(self.house.refusal(self.open(guest, self.tom)), "forbidden")

    def test_blocks(self) -> None:
        """Who is held apart by a block opens no conversation and posts in none of two; the answers are the same."""
        room = self.opened(self.mei, self.tom)
        group = self.opened(self.mei, self.tom, self.eve)
        self.house.wait(self.post(self.mei, room))
        for one, other in ((self.mei, self.tom), (self.tom, self.mei)):
            self.block(one, other)
            for actor, others in ((self.mei, [self.tom]), (self.tom, [self.mei]), (self.mei, [self.tom, self.anna])):
                self.assertEqual(self.house.refusal(self.open(actor, *others)), "forbidden")
            for actor in (self.mei, self.tom):
                self.assertEqual(self.house.refusal(self.post(actor, room)), "forbidden")
            edit = EditMessage(1, room, 1, "still")  # type: ignore[arg-type]
            self.assertEqual(self.house.refusal(self.chat.messages.edit(self.mei, edit)), "forbidden")
            self.house.wait(self.post(self.mei, group))
            self.house.wait(self.post(self.mei, 1))
            self.block(one, other, False)
        self.house.wait(self.post(self.mei, room))


class Fixed(Scene):
    def test_outsiders(self) -> None:
        """For everybody else, whoever she is, there is no such room."""
        room: Any = self.opened(self.mei, self.tom)
        for actor in (self.eve, self.anna):
            for work in (
                self.post(actor, room),
                self.chat.rooms.join(actor, JoinRoom(1, room)),
                self.chat.rooms.state(actor, room),
                self.chat.members.invite(actor, room, [actor.id]),
                self.chat.messages.page(actor, room),
                self.chat.rooms.delete(actor, room, ""),
            ):
                self.assertEqual(self.house.refusal(work), "no_such_room")
        listed, _ = self.house.wait(self.chat.rooms.public(self.eve))
        self.assertEqual([listing.room for listing in listed], [1])

    def test_nobody_rules(self) -> None:
        """Nobody brings others in, takes them out or changes anything, not even who runs the server."""
        room: Any = self.opened(self.anna, self.tom, self.mei)
        self.house.wait(self.post(self.tom, room))
        for actor in (self.anna, self.mei):
            for work in (
                self.chat.members.invite(actor, room, [self.eve.id]),
                self.chat.members.remove(actor, room, self.tom.id),
                self.chat.members.set_role(actor, room, actor.id, "owner"),
                self.chat.members.silence(actor, room, self.tom.id, None),
                self.chat.bans.put(actor, room, self.tom.id),
                self.chat.links.make(actor, room, 1, 1),
                self.chat.rooms.change(actor, room, "Title"),
                self.chat.rooms.archive(actor, room, True),
                self.chat.rooms.delete(actor, room, ""),
                self.chat.messages.delete(actor, DeleteMessage(1, room, 1)),
            ):
                self.assertEqual(self.house.refusal(work), "forbidden")

    def test_leaving(self) -> None:
        """A conversation of two is not left; one of more is, until somebody opens it again."""
        two: Any = self.opened(self.mei, self.tom)
        self.assertEqual(self.house.refusal(self.chat.rooms.leave(self.mei, LeaveRoom(1, two))), "forbidden")
        three: Any = self.opened(self.mei, self.tom, self.eve)
        self.house.wait(self.chat.rooms.leave(self.tom, LeaveRoom(1, three)))
        self.assertEqual(self.house.refusal(self.post(self.tom, three)), "no_such_room")
        state = self.house.wait(self.chat.rooms.state(self.mei, three))
        self.assertEqual([card.name for card in state.people], ["eve"])
        tom = self.house.connect(self.tom)
        self.assertEqual(self.opened(self.eve, self.tom, self.mei), three)
        self.assertEqual(tom.next("joined")["room"]["room"], three)
        self.house.wait(self.post(self.tom, three))

    def test_gone_since(self) -> None:
        """Who has left a conversation, and whose account is closed since, does not keep it closed to the others."""
        three: Any = self.opened(self.mei, self.tom, self.eve)
        for actor in (self.tom, self.mei):
            self.house.wait(self.chat.rooms.leave(actor, LeaveRoom(1, three)))
        self.house.wait(self.chat.administration.disable(None, self.tom.id, True))
        opened = self.house.wait(self.open(self.mei, self.tom, self.eve))
        self.assertEqual((opened.state.room, [card.name for card in opened.state.people]), (three, ["eve"]))
