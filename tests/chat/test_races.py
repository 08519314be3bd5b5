"""Two nodes do what excludes each other at the same moment: checking and acting are one, on either engine."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred

from tests.contracts.engines import StoreTests, on_each_engine
from tests.support.house import DEVICE, FAST, PASSWORD, House
from webchat.chat.facade import Settings
from webchat.model.commands import JoinRoom, LeaveRoom, PostMessage, React
from webchat.model.ids import RoomId, Seq
from webchat.store import bans, directs, invites, memberships, reactions, rooms, users
from webchat.store import messages as message_store
from webchat.store.engines import open_engines

ROOM = RoomId(1)


def begun(work: Any) -> Deferred[Any]:
    """*work* under way."""
    return work if isinstance(work, Deferred) else Deferred.fromCoroutine(work)


def told(opened: list[Any]) -> Callable[[Any], Any]:
    """What keeps each answer."""

    def keep(answer: Any) -> Any:
        opened.append(answer)
        return answer

    return keep


class Races(StoreTests):
    """The second begins when the first has changed something and not yet committed."""

    def nodes(self, registration: Any = "open") -> tuple[House, House]:
        """Two nodes over one database, each with its own connections."""
        settings = Settings(registration=registration, posts=FAST, changes=FAST, marks=FAST, typing=FAST, reads=FAST)
        case: Any = self
        first = House(case, engines=self.engines, settings=settings)
        url = self.engines.writer.url.render_as_string(hide_password=False)
        second = House(case, engines=open_engines(url, 1), settings=settings)
        second._bytes = 1_000_000
        return first, second

    def meanwhile(self, module: Any, name: str, first: House, one: Any, second: House, other: Any) -> list[str]:
        """How *one* ends, and *other*, which begins right after *one* has called *name* in its transaction."""
        usual: Callable[..., Any] = getattr(module, name)
        threads: list[threading.Thread] = []
        other = begun(other)
        # Whatever is asked before the transaction (a password hashed, say) has been done.
        while second.hasher.step():
            pass

        def and_then(*arguments: Any, **named: Any) -> Any:
            answer = usual(*arguments, **named)
            if not threads:
                threads.append(threading.Thread(target=second.turn, daemon=True))
                threads[0].start()
                # Long enough for one that does not wait to have read what is about to change.
                threads[0].join(0.15)
            return answer

        case: Any = self
        case.patch(module, name, and_then)
        one = begun(one)
        first.turn()
        threads[0].join(10)
        outcomes: list[Any] = []
        for work in (one, other):
            work.addCallbacks(lambda _: "done", lambda failure: failure.value.code)
            work.addCallback(outcomes.append)
        return outcomes

    def test_leave_and_post(self) -> None:
        """Who leaves on one node posts nothing on the other after that."""
        case: Any = self
        first, second = self.nodes()
        first.set_up()
        mei = first.register("mei")
        outcomes = self.meanwhile(
            memberships,
            "leave",
            first,
            first.chat.rooms.leave(mei, LeaveRoom(0, ROOM)),
            second,
            second.chat.messages.post(mei, PostMessage(0, ROOM, "too late", "n1")),
        )
        case.assertEqual(outcomes, ["done", "not_a_member"])
        case.assertEqual(self.read(message_store.after, ROOM, 0, 10), [])

    def test_react_and_react(self) -> None:
        """Two who react at once on two nodes are both in the message's summary."""
        case: Any = self
        first, second = self.nodes()
        owner = first.set_up()
        mei = first.register("mei")
        first.wait(first.chat.messages.post(owner, PostMessage(0, ROOM, "Cake?")))
        outcomes = self.meanwhile(
            reactions,
            "add",
            first,
            first.chat.reactions.react(owner, React(0, ROOM, Seq(1), "👍", True)),
            second,
            second.chat.reactions.react(mei, React(0, ROOM, Seq(1), "👍", True)),
        )
        case.assertEqual(outcomes, ["done", "done"])
        message = self.read(message_store.maybe, ROOM, Seq(1))
        case.assertEqual([(one.emoji, one.count, one.users) for one in message.reactions], [("👍", 2, (1, 2))])

    def test_last_owner_leaves(self) -> None:
        """A room's owner who leaves on one node renames it on the other no more; coming back she is a member."""
        case: Any = self
        first, second = self.nodes()
        owner = first.set_up()
        outcomes = self.meanwhile(
            memberships,
            "leave",
            first,
            first.chat.rooms.leave(owner, LeaveRoom(0, ROOM)),
            second,
            second.chat.rooms.change(owner, ROOM, "Mine"),
        )
        case.assertEqual(outcomes, ["done", "not_a_member"])

    def test_last_place(self) -> None:
        """Of two nodes that use the last place of an invitation one gets it."""
        case: Any = self
        first, second = self.nodes("invitation")
        owner = first.set_up()
        second.wait(second.chat.accounts.load())
        code, _ = first.wait(first.chat.accounts.make_invite(owner, 1, 1))
        outcomes = self.meanwhile(
            invites,
            "use",
            first,
            first.chat.accounts.register("mei", "", PASSWORD, None, code, DEVICE),
            second,
            second.chat.accounts.register("otto", "", PASSWORD, None, code, DEVICE),
        )
        case.assertEqual(outcomes, ["done", "bad_invitation"])

    def test_one_conversation(self) -> None:
        """Two who open their conversation at once, each on a node of her own, get the same room."""
        case: Any = self
        first, second = self.nodes()
        anna, mei = first.set_up(), first.register("mei")
        opened: list[Any] = []
        outcomes = self.meanwhile(
            directs,
            "add",
            first,
            begun(first.chat.directs.open(anna, [mei.id])).addCallback(told(opened)),
            second,
            begun(second.chat.directs.open(mei, [anna.id])).addCallback(told(opened)),
        )
        case.assertEqual(outcomes, ["done", "done"])
        case.assertEqual(len({one.state.room for one in opened}), 1)
        case.assertEqual(sorted(one.is_new for one in opened), [False, True])
        found = self.read(memberships.members, opened[0].state.room, None, ("", 0), 9)
        case.assertEqual(sorted(entry.user.name for entry, _ in found), ["anna", "mei"])

    def test_removed_and_post(self) -> None:
        """Who is removed on one node posts nothing on the other after that."""
        case: Any = self
        first, second = self.nodes()
        anna, mei = first.set_up(), first.register("mei")
        outcomes = self.meanwhile(
            memberships,
            "leave",
            first,
            first.chat.members.remove(anna, ROOM, mei.id),
            second,
            second.chat.messages.post(mei, PostMessage(0, ROOM, "too late", "n1")),
        )
        case.assertEqual(outcomes, ["done", "not_a_member"])

    def test_banned_and_join(self) -> None:
        """Who is banned on one node does not come in on the other meanwhile."""
        case: Any = self
        first, second = self.nodes()
        anna, mei = first.set_up(), first.register("mei")
        first.wait(first.chat.rooms.leave(mei, LeaveRoom(0, ROOM)))
        outcomes = self.meanwhile(
            bans,
            "put",
            first,
            first.chat.bans.put(anna, ROOM, mei.id),
            second,
            second.chat.rooms.join(mei, JoinRoom(0, ROOM)),
        )
        case.assertEqual(outcomes, ["done", "banned"])

    def test_last_two_owners(self) -> None:
        """When the owner leaves on one node and her heir on the other, somebody owns the room in the end."""
        case: Any = self
        first, second = self.nodes()
        anna, mei, tom = first.set_up(), first.register("mei"), first.register("tom")
        outcomes = self.meanwhile(
            memberships,
            "leave",
            first,
            first.chat.rooms.leave(anna, LeaveRoom(0, ROOM)),
            second,
            second.chat.rooms.leave(mei, LeaveRoom(0, ROOM)),
        )
        case.assertEqual(outcomes, ["done", "done"])
        case.assertEqual(self.read(memberships.owners, ROOM), [tom.id])

    def test_deleted_and_post(self) -> None:
        """In a room that is deleted on one node nothing is said on the other after that."""
        case: Any = self
        first, second = self.nodes()
        anna = first.set_up()
        outcomes = self.meanwhile(
            rooms,
            "change",
            first,
            first.chat.rooms.delete(anna, ROOM, "Lobby"),
            second,
            second.chat.messages.post(anna, PostMessage(0, ROOM, "too late", "n1")),
        )
        case.assertEqual(outcomes, ["done", "no_such_room"])
        case.assertEqual(self.read(message_store.after, ROOM, 0, 10), [])

    def test_last_use_of_a_link(self) -> None:
        """Of two nodes that use the last place of a link into a room one gets it."""
        case: Any = self
        first, second = self.nodes()
        anna, mei, tom = first.set_up(), first.register("mei"), first.register("tom")
        room = first.wait(first.chat.rooms.create(anna, "Tea", "", "private")).room
        code, _ = first.wait(first.chat.links.make(anna, room, 1, 1))
        outcomes = self.meanwhile(
            invites, "use", first, first.chat.links.use(mei, code), second, second.chat.links.use(tom, code)
        )
        case.assertEqual(outcomes, ["done", "bad_invitation"])

    def test_one_name(self) -> None:
        """Of two nodes that give away one name one does."""
        case: Any = self
        first, second = self.nodes()
        first.set_up()
        second.wait(second.chat.accounts.load())
        outcomes = self.meanwhile(
            users,
            "add",
            first,
            first.chat.accounts.register("mei", "", PASSWORD, None, None, DEVICE),
            second,
            second.chat.accounts.register("MEI", "", PASSWORD, None, None, DEVICE),
        )
        case.assertEqual(outcomes, ["done", "name_taken"])

    def test_one_owner(self) -> None:
        """Of two ways to become the owner at once, the page and the command, one succeeds."""
        case: Any = self
        first, second = self.nodes()
        code = first.wait(first.chat.accounts.open_set_up())
        outcomes = self.meanwhile(
            users,
            "add",
            first,
            first.chat.accounts.set_up(code, "anna", "", PASSWORD, None, "Lobby", DEVICE),
            second,
            second.chat.accounts.add_user("otto", "", PASSWORD, None, "owner"),
        )
        case.assertEqual(outcomes, ["done", "already_set_up"])

    def test_one_owner_by_command(self) -> None:
        """Nor do two commands make two owners."""
        case: Any = self
        first, second = self.nodes()
        outcomes = self.meanwhile(
            users,
            "add",
            first,
            first.chat.accounts.add_user("anna", "", PASSWORD, None, "owner"),
            second,
            second.chat.accounts.add_user("otto", "", PASSWORD, None, "owner"),
        )
        case.assertEqual(outcomes, ["done", "already_set_up"])

    def test_password_changed(self) -> None:
        """Who signs in on one node with the password that is changed on the other does not get in."""
        case: Any = self
        first, second = self.nodes()
        owner = first.set_up()
        second.wait(second.chat.accounts.load())
        signing = begun(second.chat.accounts.sign_in("anna", PASSWORD, DEVICE))
        second.reader.step(), second.hasher.step()
        outcomes = self.meanwhile(
            users,
            "change",
            first,
            first.chat.accounts.change_password(owner, PASSWORD, "another horse 9", DEVICE),
            second,
            signing,
        )
        case.assertEqual(outcomes, ["done", "wrong_credentials"])

    def test_token_of_an_ended_session(self) -> None:
        """A token that is made on one node while the password is changed on the other does not come to be."""
        case: Any = self
        first, second = self.nodes()
        owner = first.set_up()
        outcomes = self.meanwhile(
            users,
            "change",
            first,
            first.chat.accounts.change_password(owner, PASSWORD, "another horse 9", DEVICE),
            second,
            second.chat.accounts.make_token(owner, "left behind", None),
        )
        case.assertEqual(outcomes, ["done", "unauthenticated"])

    def test_two_new_passwords(self) -> None:
        """Of two who change one password at once, both knowing the old one, the first one's stays."""
        case: Any = self
        first, second = self.nodes()
        owner = first.set_up()
        changing = begun(second.chat.accounts.change_password(owner, PASSWORD, "yet another horse 9", DEVICE))
        second.reader.step(), second.hasher.step(), second.hasher.step()
        outcomes = self.meanwhile(
            users,
            "change",
            first,
            first.chat.accounts.change_password(owner, PASSWORD, "another horse 9", DEVICE),
            second,
            changing,
        )
        case.assertEqual(outcomes, ["done", "wrong_credentials"])


on_each_engine(Races, globals())
del Races
