"""Who may ask what over the socket: every command times everybody, what comes out, and what each does with nonsense."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, PASSWORD, Connection, House
from webchat.chat.log import Outcome
from webchat.model.commands import Frame, JoinRoom
from webchat.model.events import Member, Row
from webchat.model.ids import RoomId
from webchat.model.users import Actor
from webchat.store import memberships, rooms
from webchat.store.changes import room_row

WHO = ("anonymous", "outsider", "ex-member", "member", "moderator", "room owner", "admin", "owner", "disabled",
       "guest")  # fmt: skip
INSIDE = frozenset({"member", "moderator", "room owner", "admin", "owner", "guest"})
ROOM = 2
NO, OUT, FORBIDDEN = "unauthenticated", "not_a_member", "forbidden"

# For each command, sent to the room of which message 1 is the member's, what is answered to whom, in the order of WHO.
EXPECTED: dict[str, tuple[str, ...]] = {
    "hello":  (NO, "welcome", "welcome", "welcome", "welcome", "welcome", "welcome", "welcome", NO, "welcome"),
    "ping":   (NO, "ok", "ok", "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "users":  (NO, "ok", "ok", "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "join":   (NO, "ok", "ok", "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "leave":  (NO, OUT, OUT, "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "post":   (NO, OUT, OUT, "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "command": (NO, OUT, OUT, "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "edit":   (NO, OUT, OUT, "ok", FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, NO, FORBIDDEN),
    "delete": (NO, OUT, OUT, "ok", "ok", "ok", "ok", "ok", NO, FORBIDDEN),
    "read":   (NO, OUT, OUT, "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "typing": (NO, OUT, OUT, "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "active": (NO, "ok", "ok", "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "status": (NO, "ok", "ok", "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "watch":  (NO, OUT, OUT, "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "draft":  (NO, OUT, OUT, "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "react":  (NO, OUT, OUT, "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "pin":    (NO, OUT, OUT, FORBIDDEN, "ok", "ok", "ok", "ok", NO, FORBIDDEN),
    "unread": (NO, OUT, OUT, "ok", "ok", "ok", "ok", "ok", NO, "ok"),
    "sync":   (NO, OUT, OUT, "ok", "ok", "ok", "ok", "ok", NO, "ok"),
}  # fmt: skip

MEMBERS: dict[str, dict[str, Any]] = {
    "hello": {"epoch": "epoch-1", "rooms": {"2": 1}},
    "ping": {},
    "users": {"ids": [1, 5, 99]},
    "join": {"room": ROOM},
    "leave": {"room": ROOM},
    "post": {"room": ROOM, "text": "hi", "nonce": "x1"},
    "command": {"room": ROOM, "text": "/who"},
    "edit": {"room": ROOM, "seq": 1, "text": "one, edited"},
    "delete": {"room": ROOM, "seq": 1},
    "read": {"room": ROOM, "seq": 2},
    "typing": {"room": ROOM},
    "active": {"idle": True},
    "status": {"status": "busy"},
    "watch": {"room": ROOM, "users": [1, 5, 99]},
    "draft": {"room": ROOM, "draft": True},
    "react": {"room": ROOM, "seq": 1, "emoji": "👍", "on": True},
    "pin": {"room": ROOM, "seq": 1, "on": True},
    "unread": {"room": ROOM, "seq": 1},
    "sync": {"room": ROOM, "rev": 1},
}
OPTIONAL = {
    "edit": {"if_rev": 1},
    "hello": {"token": "x"},
    "typing": {"id": 1},
    "post": {"reply": 1, "thread": 1, "forward": {"room": 1, "seq": 1}, "files": [], "action": True},
    "command": {"nonce": "x2", "thread": 1, "language": "zh-CN"},
}

COMMANDS: dict[str, Any] = {str(kind.__struct_config__.tag): kind for kind in Frame.__args__}
WRONG = (
    None, True, False, 0, -1, 1.5, 2**53 + 1, 2**64, "x", "", [], ["x"], [None], {}, {"$ne": None}, {"x": {}},
    [[[[[[[[]]]]]]]], "1",
)  # fmt: skip
SECRETS = re.compile(r"password|hash|token|argon2|sha256|wc[bt]_|@example|mail(?!\": null)", re.IGNORECASE)


class Village(House):
    """A server with a room, number 2, and somebody in every position towards it."""

    def __init__(self, case: SynchronousTestCase, kind: str = "public") -> None:
        super().__init__(case)
        self.people: dict[str, Actor] = {"owner": self.set_up()}
        accounts = self.chat.accounts
        for who, name in zip(
            ("room owner", "outsider", "ex-member", "member", "moderator", "disabled"),
            ("olga", "otto", "xenia", "mei", "mona", "dora"),
            strict=True,
        ):
            self.people[who] = self.register(name)
        self.wait(accounts.add_user("adele", "Adele", PASSWORD, "adele@example.org", "admin"))
        self.people["admin"] = self.wait(accounts.sign_in("adele", PASSWORD, DEVICE)).actor
        self.wait(self.chat.settings.change(None, guests=True))
        guest = self.wait(accounts.let_guest_in("Gus", DEVICE))
        self.people["guest"] = guest.actor
        self.wait(self.chat.rooms.create(self.people["room owner"], "Garden", ""))
        owner = self.connect(self.people["owner"])
        owner.ask("join", room=ROOM)
        for who in ("ex-member", "member", "moderator", "admin", "disabled"):
            self.connect(self.people[who]).ask("join", room=ROOM)
        self.wait(self.chat.rooms.join(guest.actor, JoinRoom(0, RoomId(ROOM))))
        member, former = self.connect(self.people["member"]), self.connect(self.people["ex-member"])
        member.ask("post", room=ROOM, text="one", nonce="n1")
        former.ask("post", room=ROOM, text="two", nonce="n2")
        former.ask("leave", room=ROOM)
        self.tokens = {who: self.token(actor) for who, actor in self.people.items() if who != "guest"}
        # Guests make no tokens; that of her browser will do.
        self.tokens["guest"] = guest.token
        self.wait(self.chat.rooms._log.change(RoomId(ROOM), lambda db: self._arrange(db, kind)))
        self.wait(self.chat.administration.disable(None, self.people["disabled"].id, True))

    def _arrange(self, db: Any, kind: str) -> Outcome[None]:
        room, moderator = RoomId(ROOM), self.people["moderator"]
        _, rev = rooms.raise_counters(db, room, 0, 1)
        memberships.set_role(db, room, moderator.id, "moderator", rev)
        place = memberships.maybe(db, room, moderator.id)
        assert place is not None
        rows: tuple[Row, ...] = (Member(room, rev, moderator.user.card, "moderator", place.joined_rev),)
        if kind != "public":
            _, rev = rooms.raise_counters(db, room, 0, 1)
            rooms.change(db, room, rev, kind=kind)
            rows = (*rows, room_row(rooms.one(db, room)))
        return Outcome(None, rows)

    def enter(self, who: str, **hello: Any) -> Connection:
        """A connection of *who*, after hello, as far as she gets."""
        connection = self.connect()
        if who != "anonymous":
            connection.send(type="hello", token=self.tokens[who], **hello)
        return connection

    def outcome(self, who: str, kind: str, **members: Any) -> tuple[str, Connection]:
        """How *kind*, said by *who*, is answered."""
        given = {**MEMBERS[kind], **members}
        if kind == "hello":
            connection = self.connect()
            connection.send(type="hello", **given, **({"token": self.tokens[who]} if who in self.tokens else {}))
            first = connection.next()
            return str(first.get("code", first["type"])), connection
        connection = self.enter(who)
        connection.rest() if connection.is_open else None
        if not connection.is_open:
            return NO, connection
        answer = connection.ask(kind, **given)
        return str(answer.get("code", answer["type"])), connection


class Authorisation(SynchronousTestCase):
    """Default deny, command by command and person by person."""

    def test_complete(self) -> None:
        """Each command has its row, and no row is without its command."""
        self.assertEqual(set(EXPECTED), set(COMMANDS))
        self.assertEqual(set(MEMBERS), set(COMMANDS))
        for kind, command in COMMANDS.items():
            known = {field.encode_name for field in msgspec.structs.fields(command)}
            self.assertLessEqual(known, {*MEMBERS[kind], *OPTIONAL.get(kind, ()), "id"}, kind)

    def test_everybody(self) -> None:
        """Everybody gets from every command what the table says."""
        wrong = []
        for kind, row in EXPECTED.items():
            village = Village(self)
            for who, expected in zip(WHO, row, strict=True):
                found, _ = village.outcome(who, kind)
                if found != expected:
                    wrong.append(f"{kind} by the {who}: {found}, not {expected}")
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_private(self) -> None:
        """A room that is not public looks, to whoever is outside, as one that does not exist: in each command."""
        village = Village(self, kind="private")
        for kind in COMMANDS:
            if "room" not in MEMBERS[kind]:
                continue
            for who in ("outsider", "ex-member"):
                code, here = village.outcome(who, kind)
                missing, there = village.outcome(who, kind, room=4711)
                self.assertEqual(code, missing, (kind, who))
                self.assertIn(code, ("no_such_room", OUT if kind == "typing" else "no_such_room"), (kind, who))
                self.assertEqual(here.rest(), there.rest())
                # Or there would be too many of them.
                here.lose(), there.lose()
        self.assertEqual(village.outcome("member", "post")[0], "ok")

    def test_banned(self) -> None:
        """Who is banned gets nothing by any command, in a public room or a private one, and hears nothing."""
        for kind in ("public", "private"):
            village = Village(self, kind=kind)
            member = village.people["member"]
            listening = village.enter("member")
            listening.rest()
            village.wait(village.chat.bans.put(village.people["moderator"], RoomId(ROOM), member.id))
            self.assertEqual([event["type"] for event in listening.rest()], ["removed", "member"])
            for command in COMMANDS:
                if "room" in MEMBERS[command]:
                    code, connection = village.outcome("member", command)
                    allowed = {OUT} if kind == "public" or command == "typing" else {"no_such_room"}
                    self.assertIn(code, {"banned"} if (kind, command) == ("public", "join") else allowed, command)
                    self.assertEqual([event for event in connection.rest() if event.get("room") == ROOM], [])
            village.outcome("moderator", "post", text="behind her back", nonce="b1")
            self.assertEqual(listening.rest(), [])

    def test_own_things_after_leaving(self) -> None:
        """Who has left changes not even her own message."""
        village = Village(self)
        for kind in ("edit", "delete", "react", "pin", "unread"):
            self.assertEqual(village.outcome("ex-member", kind, seq=2)[0], OUT)

    def test_other_rooms(self) -> None:
        """A message is only found in its own room: its number in another room is another message, or none."""
        village = Village(self)
        for kind in ("edit", "delete", "react", "unread"):
            self.assertEqual(village.outcome("member", kind, room=1)[0], "no_such_message")
        self.assertEqual(village.outcome("owner", "pin", room=1)[0], "no_such_message")


class Deliveries(SynchronousTestCase):
    """Who is told what: asked again for each event."""

    def test_live(self) -> None:
        """Whatever happens in a room is told to its members, and of it nobody else hears a word."""
        village = Village(self)
        connections = {who: village.enter(who, rooms={"2": 1}) for who in WHO}
        for who, connection in connections.items():
            events = connection.rest()
            told = [event for event in events if event.get("room") == ROOM]
            self.assertEqual(bool(told), who in INSIDE, (who, told))
        member = connections["member"]
        member.ask("post", room=ROOM, text="secret", nonce="s1")
        member.ask("edit", room=ROOM, seq=3, text="secret still")
        member.ask("typing", room=ROOM)
        member.ask("delete", room=ROOM, seq=3)
        connections["moderator"].ask("leave", room=ROOM)
        village.wait(village.chat.rooms.change(village.people["room owner"], RoomId(ROOM), "Secret garden", None))
        seen = {who: [event["type"] for event in connections[who].rest()] for who in WHO}
        for who in WHO:
            if who not in INSIDE:
                self.assertEqual(seen[who], [], who)
        every = ["message", "message", "typing", "message", "member", "room"]
        self.assertEqual(seen["owner"], every)
        self.assertEqual(seen["moderator"], every[:-1])

    def test_coming_back(self) -> None:
        """Who has left gets nothing of the room by coming back with a rev of it."""
        village = Village(self)
        village.outcome("member", "post", text="after she left", nonce="late")
        back = village.enter("ex-member", epoch="epoch-1", rooms={"2": 1, "1": 1})
        welcome = back.next("welcome")
        self.assertEqual([room["room"] for room in welcome["rooms"]], [1])
        self.assertNotIn("after she left", json.dumps(back.rest()))

    def test_nothing_private_in_events(self) -> None:
        """No event about others holds an address, a hash or a token; what is known of people is a list of four."""
        village = Village(self)
        village.wait(village.chat.accounts.edit_profile(village.people["member"], email="mei@example.com"))
        connection = village.enter("moderator", rooms={"2": 0})
        village.outcome("member", "post", text="hello", nonce="again")
        village.outcome("outsider", "join")
        answer = connection.ask("users", ids=list(range(1, 10)))
        events = connection.rest()
        welcome = events.pop(0)
        self.assertEqual(welcome.pop("user")["name"], "mona")
        self.assertEqual(welcome.pop("session")["current"], True)
        self.assertEqual({"message", "member"} - {event["type"] for event in events}, set())
        for told in (*events, welcome["rooms"], answer):
            self.assertIsNone(SECRETS.search(json.dumps(told)), told)
        for card in (*answer["users"], *(event["user"] for event in events if event["type"] == "member")):
            self.assertEqual(set(card), {"id", "name", "display_name", "kind", "avatar"})


class Nonsense(SynchronousTestCase):
    """Strict types everywhere: nonsense is refused as such, nothing is ever a bug, and nobody else notices."""

    def setUp(self) -> None:
        self.village = Village(self)
        self.mona = self.village.enter("moderator")
        self.owner = self.village.enter("owner")
        self.mona.rest(), self.owner.rest()
        self.addCleanup(self.go_on)

    def go_on(self) -> None:
        """Both connections live, and the other one hears what is said."""
        self.assertEqual(self.mona.ask("ping")["type"], "ok")
        self.owner.rest()
        answer = self.mona.ask("post", room=ROOM, text="still here", nonce="last")
        self.assertEqual(answer["type"], "ok", answer)
        self.assertEqual(self.owner.next("message")["text"], "still here")

    def refused(self, frame: dict[str, Any] | bytes) -> None:
        """*frame* is refused as a bad request, and changes nothing."""
        self.mona.frame(frame if isinstance(frame, bytes) else json.dumps(frame).encode())
        events = self.mona.rest()
        self.assertEqual(
            [event.get("code") for event in events], ["bad_request"], frame[:80] if isinstance(frame, bytes) else frame
        )

    def state(self) -> Any:
        return self.village.wait(self.village.chat.rooms.state(self.village.people["moderator"], RoomId(ROOM)))

    def test_wrong_types(self) -> None:
        """A value of the wrong type in any member of any command is refused, and changes nothing."""
        before, tried = self.state(), 0
        for kind, command in COMMANDS.items():
            for field in msgspec.structs.fields(command):
                for value in WRONG:
                    frame = {"type": kind, "id": 1, **MEMBERS[kind], field.encode_name: value}
                    if kind == "hello":
                        del frame["id"]
                    if not fits(frame):
                        self.refused(frame)
                        tried += 1
        self.assertGreater(tried, 300)
        self.assertEqual(self.state(), before)

    def test_missing(self) -> None:
        """So is a command that lacks what it must have."""
        for kind, command in COMMANDS.items():
            for field in msgspec.structs.fields(command):
                if field.required:
                    frame = {"type": kind, "id": 1, **MEMBERS[kind]}
                    del frame[field.encode_name]
                    self.refused(frame)

    def test_smuggling(self) -> None:
        """Nobody says herself who she is, or what the server decides."""
        before = self.state()
        for kind, command in COMMANDS.items():
            known = {field.encode_name for field in msgspec.structs.fields(command)}
            for member in ("author", "role", "seq", "rev", "created", "room", "user", "session", "kind", "__class__"):
                if member not in known:
                    frame = {"type": kind, "id": 1, **MEMBERS[kind], member: 1}
                    if kind == "hello":
                        del frame["id"]
                    self.refused(frame)
        self.assertEqual(self.state(), before)

    def test_json_at_its_edges(self) -> None:
        """Depth, keys, numbers, halves of characters: refused in each command, and nothing breaks."""
        deep = b"[" * 30_000
        wide = b"{" + b",".join(b'"k%d":1' % number for number in range(5_000)) + b"}"
        values = (
            deep, wide, b'{"a":' * 10_000, b"[" * 17 + b"]" * 17, b"[" + b"1," * 20_000 + b"1]", b"NaN", b"-Infinity",
            b"1e999", b"9" * 5_000, b"-1", b"1.5", b"0x10", b"01", b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\u0000"',
            b"'x'", b"//", b"{}", b"undefined",
        )  # fmt: skip
        for kind in ("ping", "leave", "users", "read", "typing"):
            for value in values:
                member = b"id" if kind == "ping" else b"ids" if kind == "users" else b"room"
                self.refused(b'{"type":"%s","id":1,"seq":1,"%s":%s}' % (kind.encode(), member, value))

    def test_doubled_keys(self) -> None:
        """Of a key that comes twice the last counts, as over HTTP."""
        self.mona.frame(b'{"type":"post","type":"post","id":7,"id":8,"room":4711,"room":2,"text":"no","text":"yes"}')
        self.assertEqual(self.mona.answer(8)["type"], "ok")
        self.assertEqual(self.owner.next("message")["text"], "yes")

    def test_texts(self) -> None:
        """What cannot be stored alike everywhere is refused; what looks dangerous is stored as it is."""
        for text in (b"\\ud800", b"a\\u0000b", b"\\u001b[2J", b"\\u0007"):
            self.mona.frame(b'{"type":"post","id":1,"room":2,"text":"%s"}' % text)
            self.assertIn(self.mona.rest()[0]["code"], ("bad_request", "bad_text"), text)
        for text in ("' OR 1=1 --", "%s%n", "${x}", "<script>alert(1)</script>", "𝔸" * 50, "a\u202eb", "{0.__class__}"):
            self.mona.ask("post", room=ROOM, text=text)
            self.assertEqual(self.owner.next("message")["text"], text)


def fits(frame: dict[str, Any]) -> bool:
    """Whether *frame* is a command after all."""
    try:
        msgspec.convert(frame, Frame)
    except msgspec.ValidationError:
        return False
    return True
