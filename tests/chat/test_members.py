"""Members: brought in, taken out, given roles, silenced."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.model.commands import DeleteMessage, EditMessage, JoinRoom, LeaveRoom, PostMessage
from webchat.model.ids import RoomId, UserId
from webchat.model.users import Actor
from webchat.store import audit, blocks
from webchat.store import users as user_store


class Scene(SynchronousTestCase):
    """Anna's server; Olga's private room, with Mona, its moderator, and Mei, a member; Tom is outside."""

    kind: Any = "private"

    def setUp(self) -> None:
        self.house = House(self)
        self.chat = self.house.chat
        self.anna = self.house.set_up()
        self.olga, self.mona, self.mei, self.tom = (
            self.house.register(name) for name in ("olga", "mona", "mei", "tom")
        )
        self.room = self.house.wait(self.chat.rooms.create(self.olga, "Tea", "", self.kind)).room
        self.house.wait(self.invite(self.olga, self.mona, self.mei))
        self.house.wait(self.chat.members.set_role(self.olga, self.room, self.mona.id, "moderator"))

    def invite(self, actor: Actor, *others: Actor) -> Any:
        return self.chat.members.invite(actor, self.room, [other.id for other in others])

    def remove(self, actor: Actor, other: Actor) -> Any:
        return self.chat.members.remove(actor, self.room, other.id)

    def role(self, actor: Actor, other: Actor, role: Any) -> Any:
        return self.chat.members.set_role(actor, self.room, other.id, role)

    def silence(self, actor: Actor, other: Actor, seconds: int | None = 60) -> Any:
        until = None if seconds is None else self.house.now() + seconds * 1000
        return self.chat.members.silence(actor, self.room, other.id, until)  # type: ignore[arg-type]

    def post(self, actor: Actor, room: RoomId | None = None) -> Any:
        return self.chat.messages.post(actor, PostMessage(1, room or self.room, "hi"))

    def roles(self) -> dict[str, str]:
        found, _, _ = self.house.wait(self.chat.rooms.members(self.olga, self.room))
        return {entry.user.name: entry.role for entry in found}

    def acts(self) -> list[tuple[str, Any, Any]]:
        found = self.house.wait(self.chat.database.read(lambda db: audit.entries(db, 10**9, 99, room=self.room)))
        return [(entry.action, entry.actor, entry.user) for entry in reversed(found)]


class Inviting(Scene):
    def test_told(self) -> None:
        """Who is invited is a member at once, and learns of it on every connection; the others see her come."""
        tom, mei = self.house.connect(self.tom), self.house.connect(self.mei)
        changed = self.house.wait(self.invite(self.mei, self.tom, self.mona, self.tom))
        state = tom.next("joined")["room"]
        self.assertEqual(
            (state["room"], state["title"], state["role"], state["rev"]), (self.room, "Tea", "member", changed.rev)
        )
        self.assertEqual((tom.rest(), [event["type"] for event in mei.rest()]), ([], ["member"]))
        self.house.wait(self.post(self.tom))
        again = self.house.wait(self.invite(self.mei, self.tom))
        self.assertEqual(again.rev, changed.rev + 1)

    def test_refused(self) -> None:
        """Nobody invites whom she cannot reach, and then none of those she named."""
        eve = self.house.register("eve")
        self.house.wait(self.chat.administration.disable(None, eve.id, True))
        for others in ([self.tom.id, 99], [self.tom.id, eve.id]):
            self.assertEqual(
                self.house.refusal(self.chat.members.invite(self.mei, self.room, [UserId(one) for one in others])),
                "no_such_user",
            )
        self.assertNotIn("tom", self.roles())
        self.assertEqual(self.house.refusal(self.invite(self.tom, self.tom)), "no_such_room")

    def test_blocks(self) -> None:
        """Whoever blocks the other, the answer is the same."""
        for one, other in ((self.tom, self.mei), (self.mei, self.tom)):
            self.house.wait(self.chat.database.write(None, lambda db, a=one, b=other: blocks.add(db, a.id, b.id, 1)))
            self.assertEqual(self.house.refusal(self.invite(self.mei, self.tom)), "forbidden")
            self.house.wait(self.chat.database.write(None, lambda db, a=one, b=other: blocks.remove(db, a.id, b.id)))
        self.house.wait(self.invite(self.mei, self.tom))

    def test_by_moderators(self) -> None:
        """Where only moderators invite, others do not."""
        self.house.wait(self.chat.rooms.change(self.mona, self.room, inviting="moderators"))
        self.assertEqual(self.house.refusal(self.invite(self.mei, self.tom)), "forbidden")
        self.house.wait(self.invite(self.mona, self.tom))

    def test_archived(self) -> None:
        """Nobody is brought into an archived room."""
        self.house.wait(self.chat.rooms.archive(self.olga, self.room, True))
        self.assertEqual(self.house.refusal(self.invite(self.olga, self.tom)), "room_archived")


class Removing(Scene):
    def test_told(self) -> None:
        """Who is removed is told so, then gets her own row, and nothing more."""
        mei = self.house.connect(self.mei)
        self.house.wait(self.remove(self.mona, self.mei))
        self.house.wait(self.post(self.mona))
        events = mei.rest()
        self.assertEqual([event["type"] for event in events], ["removed", "member"])
        self.assertEqual((events[0], events[1]["left"]), ({"type": "removed", "room": self.room}, True))
        self.assertEqual(self.house.refusal(self.post(self.mei)), "no_such_room")
        self.assertIn(("room.remove", self.mona.id, self.mei.id), self.acts())

    def test_ranks(self) -> None:
        """The owner has power over moderators, they over members, nobody over equals; who runs the server over all."""
        self.house.wait(self.invite(self.olga, self.anna, self.tom))
        self.house.wait(self.role(self.olga, self.tom, "moderator"))
        for one, other in (
            (self.mei, self.mona),
            (self.mona, self.tom),
            (self.mona, self.olga),
            (self.mona, self.mona),
        ):
            for work in (self.remove, self.silence):
                self.assertEqual(self.house.refusal(work(one, other)), "forbidden")
        self.assertEqual(self.house.refusal(self.remove(self.mei, self.mei)), "forbidden")
        for one, other in ((self.mona, self.mei), (self.olga, self.mona), (self.anna, self.olga)):
            self.house.wait(self.remove(one, other))

    def test_nobody(self) -> None:
        """Who is not there cannot be removed."""
        self.assertEqual(self.house.refusal(self.remove(self.olga, self.tom)), "no_such_user")
        self.house.wait(self.remove(self.olga, self.mei))
        self.assertEqual(self.house.refusal(self.remove(self.olga, self.mei)), "no_such_user")


class Roles(Scene):
    def test_given(self) -> None:
        """The owner makes moderators and takes it back; the room sees it."""
        tom = self.house.connect(self.mei)
        self.house.wait(self.role(self.olga, self.mei, "moderator"))
        self.house.wait(self.role(self.olga, self.mona, "member"))
        rows = tom.rest()
        self.assertEqual(
            [(row["user"]["name"], row["role"]) for row in rows], [("mei", "moderator"), ("mona", "member")]
        )
        self.assertEqual(self.roles(), {"olga": "owner", "mei": "moderator", "mona": "member"})

    def test_by_others(self) -> None:
        """Moderators and members give no roles."""
        for one in (self.mona, self.mei):
            self.assertEqual(self.house.refusal(self.role(one, self.mei, "moderator")), "forbidden")

    def test_handed_over(self) -> None:
        """There is one owner: who hands the room over is its moderator then."""
        self.house.wait(self.role(self.olga, self.mei, "owner"))
        self.assertEqual(self.roles(), {"olga": "moderator", "mei": "owner", "mona": "moderator"})
        self.assertEqual(self.house.refusal(self.role(self.olga, self.mona, "owner")), "forbidden")
        self.assertIn(("room.role", self.olga.id, self.mei.id), self.acts())

    def test_owner_stays(self) -> None:
        """An owner does not simply lay her office down."""
        self.assertEqual(self.house.refusal(self.role(self.olga, self.olga, "member")), "conflict")

    def test_last_owner_leaves(self) -> None:
        """When the owner leaves, the longest-serving moderator follows her, then the longest-serving member."""
        mei = self.house.connect(self.mei)
        self.house.wait(self.chat.rooms.leave(self.olga, LeaveRoom(1, self.room)))
        rows = mei.rest()
        self.assertEqual(
            [(row["user"]["name"], row["role"], row.get("left", False)) for row in rows],
            [("olga", "owner", True), ("mona", "owner", False)],
        )
        self.assertEqual(rows[1]["rev"], rows[0]["rev"] + 1)
        self.house.wait(self.chat.rooms.leave(self.mona, LeaveRoom(1, self.room)))
        self.assertEqual(self.house.wait(self.chat.rooms.state(self.mei, self.room)).role, "owner")
        self.house.wait(self.chat.rooms.leave(self.mei, LeaveRoom(1, self.room)))


class Silencing(Scene):
    def test_silenced(self) -> None:
        """Who is silenced neither posts nor edits in the room for as long, and is told; elsewhere she may."""
        self.house.wait(self.post(self.mei))
        mei = self.house.connect(self.mei)
        self.house.wait(self.silence(self.mona, self.mei))
        told = mei.next("silenced")
        self.assertEqual(told["room"], self.room)
        for work in (self.post(self.mei), self.chat.messages.edit(self.mei, EditMessage(1, self.room, 1, "still"))):
            refusal = self.refusal_of(work)
            self.assertEqual(refusal.code, "silenced")
            self.assertTrue(50 < refusal.retry_after <= 60.1, refusal.retry_after)
        self.house.wait(self.chat.messages.delete(self.mei, DeleteMessage(1, self.room, 1)))
        self.house.wait(self.post(self.mei, RoomId(1)))
        self.assertEqual(self.house.wait(self.chat.rooms.state(self.mei, self.room)).silenced, told["until"])
        self.house.now.ms += 60_000  # type: ignore[attr-defined]
        self.house.wait(self.post(self.mei))

    def refusal_of(self, work: Any) -> Any:
        from twisted.internet.defer import Deferred

        deferred = work if isinstance(work, Deferred) else Deferred.fromCoroutine(work)
        self.house.turn()
        return self.failureResultOf(deferred).value

    def test_lifted(self) -> None:
        """A moderator lets her speak again; so does a time that is over."""
        for seconds in (None, -5):
            self.house.wait(self.silence(self.mona, self.mei))
            self.assertEqual(self.house.refusal(self.post(self.mei)), "silenced")
            self.house.wait(self.silence(self.mona, self.mei, seconds))
            self.house.wait(self.post(self.mei))
        self.assertEqual([act[0] for act in self.acts()].count("room.silence"), 4)

    def test_everywhere(self) -> None:
        """Whom the server's moderators have silenced posts in no room."""
        until = self.house.now() + 60_000
        self.house.wait(self.chat.database.write(None, lambda db: user_store.change(db, self.mei.id, silenced=until)))
        for room in (self.room, RoomId(1)):
            self.assertEqual(self.house.refusal(self.post(self.mei, room)), "silenced")

    def test_seen_by_moderators(self) -> None:
        """Only moderators see who is silenced."""
        self.house.wait(self.silence(self.mona, self.mei))
        for actor, sees in ((self.mona, True), (self.mei, False)):
            found, _, _ = self.house.wait(self.chat.rooms.members(actor, self.room))
            self.assertEqual([entry.silenced is not None for entry in found], [sees, False, False], actor.user.name)


class Outside(Scene):
    """Who is no member any more asks in vain, by whatever way."""

    kind = "public"

    def test_nothing_after_removal(self) -> None:
        """In a public room she may come back; removed again, she has no more rights than before."""
        self.house.wait(self.remove(self.olga, self.mona))
        self.house.wait(self.chat.rooms.join(self.mona, JoinRoom(1, self.room)))
        self.assertEqual(self.roles()["mona"], "member")
        self.house.wait(self.remove(self.olga, self.mona))
        self.assertEqual(self.house.refusal(self.silence(self.mona, self.mei)), "not_a_member")
