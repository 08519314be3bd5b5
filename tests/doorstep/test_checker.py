"""The checker of the delivery contract passes a clean run and catches each kind of wrong by the invariant named."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.doorstep import checker, logs, replay
from tests.doorstep.logs import Line, Run

ADA, BOB, CYD = 1, 2, 3
ROOM, SIDE, FOREIGN = 1, 2, 3
Fields = dict[str, Any]


class Room:
    def __init__(self) -> None:
        self.seq = self.rev = 0
        self.messages: dict[int, Fields] = {}
        self.members: dict[int, int] = {}
        self.log: list[tuple[int, int, Fields]] = []  # rev, kind and key as one number, row


class Device:
    """A client that follows the rule; it writes what it is shown."""

    def __init__(self, name: str, user: int) -> None:
        self.name, self.user, self.conn, self.ids = name, user, 0, 0
        self.lines: list[Fields] = []
        self.online = False
        self.pipelined = False
        self.held: dict[int, Fields] = {}


class Story:
    """A server that never errs, and the logs that its clients write.  One second passes from line to line."""

    def __init__(self) -> None:
        self.now = 100.0
        self.devices: dict[str, Device] = {}
        self.rooms = {ROOM: Room(), SIDE: Room(), FOREIGN: Room()}
        self.reads: dict[tuple[int, int], int] = {}
        self.nonces = 0

    def log(self, name: str, kind: str, **fields: Any) -> Fields:
        device = self.devices[name]
        self.now += 1.0
        line = {
            "t": self.now,
            "client": name,
            "user": device.user,
            "conn": f"{name}#{device.conn}",
            "kind": kind,
            **fields,
        }
        device.lines.append(line)
        return line

    # what the server does

    def raise_counters(self, room: int, row: Fields, *, post: bool = False) -> Fields:
        state = self.rooms[room]
        state.rev += 1
        state.seq += post
        row = {**row, "room": room, "rev": state.rev}
        if post:
            row["seq"] = state.seq
        if row["row"] == "message":
            row["digest"] = logs.row_digest({k: row.get(k) for k in ("room", "seq", "rev", "hash", "deleted")})
            state.messages[row["seq"]] = row
        else:
            row["digest"] = logs.row_digest(row)
        state.log.append((row["rev"], row["seq"] if row["row"] == "message" else -row["who"], row))
        return row

    def tell(self, room: int, row: Fields, *also: int) -> None:
        for device in list(self.devices.values()):
            is_member = device.user in self.rooms[room].members or device.user in also
            if device.online and is_member and room in device.held:
                self.show(device, row)

    def show(self, device: Device, row: Fields) -> None:
        self.log(device.name, "event", **row)
        held = device.held[row["room"]]
        held["rev"] = max(held["rev"], row["rev"])
        self.keep(device, row)

    def keep(self, device: Device, row: Fields) -> None:
        held = device.held[row["room"]]
        if row.get("row", "message") == "message":
            if row["rev"] > held["rows"].get(row["seq"], (0, ""))[0]:
                held["rows"][row["seq"]] = (row["rev"], row["digest"])
            held["seq"] = max(held["seq"], row["seq"])

    # what the clients do

    def member(self, room: int, user: int) -> None:
        self.rooms[room].members[user] = self.rooms[room].rev + 1
        self.raise_counters(room, {"row": "member", "who": user, "joined_rev": self.rooms[room].rev + 1})

    def open(
        self,
        name: str,
        user: int = 0,
        *,
        epoch: str | None = None,
        named: dict[int, int] | None = None,
        pipelined: bool = False,
        asks: int | None = None,
    ) -> None:
        device = self.devices.setdefault(name, Device(name, user))
        device.conn += 1
        device.online, device.pipelined = True, pipelined
        named = named if named is not None else {room: held["rev"] for room, held in device.held.items()}
        self.log(name, "open", pipelined=pipelined)
        self.log(name, "hello", epoch=epoch or ("E" if named else None), rooms={str(r): v for r, v in named.items()})
        mine = {r: s for r, s in self.rooms.items() if device.user in s.members}
        self.log(
            name,
            "welcome",
            epoch="E",
            rooms={
                str(r): [s.seq, s.rev, self.reads.get((device.user, r), 0), s.members[device.user]]
                for r, s in mine.items()
            },
        )
        if asks is not None:
            # A `sync` at once, which is promised before the blocks of `hello` have come.
            self.log(name, "ack", op="sync", id=self.ask(name, "sync", ROOM, rev=asks), room=ROOM)
        for room, state in mine.items():
            if room not in named:
                device.held[room] = {"rev": state.rev, "seq": state.seq, "rows": {}}
            elif epoch is None:
                self.block(device, room, named[room])
            else:
                self.reset(device, room)
        if asks is not None:
            self.block(device, ROOM, asks)

    def block(self, device: Device, room: int, low: int) -> None:
        state = self.rooms[room]
        latest = {key: row for rev, key, row in state.log}
        self.log(device.name, "syncing", room=room)
        for row in sorted(latest.values(), key=lambda row: int(row["rev"])):
            if row["rev"] > low:
                self.show(device, row)
        self.log(device.name, "synced", room=room, rev=state.rev)
        device.held[room]["rev"] = state.rev

    def reset(self, device: Device, room: int) -> None:
        self.log(device.name, "reset", room=room, rev=self.rooms[room].rev)
        device.held[room] = {"rev": self.rooms[room].rev, "seq": 0, "rows": {}}
        self.page(device.name, room)

    def page(self, name: str, room: int) -> None:
        device, state = self.devices[name], self.rooms[room]
        number = self.ask(name, "page", room)
        rows = [{k: v for k, v in row.items() if k not in ("row", "room")} for row in state.messages.values()]
        self.log(name, "page", id=number, room=room, rev=state.rev, seq=state.seq, epoch="E", rows=copy.deepcopy(rows))
        for row in rows:
            self.keep(device, {**row, "room": room})

    def cut(self, name: str, code: int = 1006) -> None:
        self.devices[name].online = False
        self.log(name, "close", code=code)

    def sync(self, name: str, room: int, rev: int) -> None:
        """Asked for, and while the answer is on its way the server fills a gap of its own."""
        number = self.ask(name, "sync", room, rev=rev)
        self.block(self.devices[name], room, self.devices[name].held[room]["rev"])
        self.log(name, "ack", op="sync", id=number, room=room)
        self.block(self.devices[name], room, rev)

    def ask(self, name: str, op: str, room: int, **fields: Any) -> int:
        device = self.devices[name]
        device.ids += 1
        self.log(name, "send", op=op, id=device.ids, room=room, **fields)
        return device.ids

    def send(self, name: str, room: int, text: str, nonce: str = "") -> tuple[int, str]:
        self.nonces += not nonce
        nonce = nonce or f"n{self.nonces}"
        return self.ask(name, "post", room, nonce=nonce, hash=logs.text_hash(text)), nonce

    def store(self, name: str, room: int, text: str, nonce: str) -> Fields:
        author = self.devices[name].user
        row = self.raise_counters(
            room, {"row": "message", "author": author, "nonce": nonce, "hash": logs.text_hash(text)}, post=True
        )
        self.reads[author, room] = row["seq"]
        self.tell(room, row)
        return row

    def ack(self, name: str, number: int, row: Fields, **more: Any) -> None:
        self.log(
            name,
            "ack",
            op="post",
            id=number,
            room=row["room"],
            seq=row["seq"],
            rev=row["rev"],
            nonce=row["nonce"],
            **more,
        )

    def post(self, name: str, room: int, text: str) -> Fields:
        number, nonce = self.send(name, room, text)
        row = self.store(name, room, text, nonce)
        self.ack(name, number, row)
        return row

    def change(self, name: str, op: str, room: int, seq: int, text: str = "", *, acked: bool = True) -> Fields:
        number = self.ask(name, op, room, seq=seq, hash=logs.text_hash(text))
        old = self.rooms[room].messages[seq]
        row = self.raise_counters(room, {**old, "hash": logs.text_hash(text), "deleted": op == "delete"})
        self.tell(room, row)
        if acked:
            self.log(name, "ack", op=op, id=number, room=room, rev=row["rev"])
        return row

    def read(self, name: str, room: int, seq: int) -> None:
        number, user = self.ask(name, "read", room, seq=seq), self.devices[name].user
        self.reads[user, room] = max(seq, self.reads.get((user, room), 0))
        self.log(name, "ack", op="read", id=number, room=room, seq=self.reads[user, room])

    def leave(self, name: str, room: int) -> None:
        number, device = self.ask(name, "leave", room), self.devices[name]
        joined = self.rooms[room].members.pop(device.user)
        row = self.raise_counters(room, {"row": "member", "who": device.user, "joined_rev": joined, "left": True})
        self.tell(room, row, device.user)
        for other in self.devices.values():
            if other.user == device.user:
                other.held.pop(room, None)
        self.log(name, "ack", op="leave", id=number, room=room, rev=row["rev"])

    def join(self, name: str, room: int) -> None:
        number, device, state = self.ask(name, "join", room), self.devices[name], self.rooms[room]
        row = self.raise_counters(room, {"row": "member", "who": device.user, "joined_rev": state.rev + 1})
        self.tell(room, row)
        state.members[device.user] = row["rev"]
        self.reads[device.user, room] = state.seq
        for other in self.devices.values():
            if other.user == device.user and other.online:
                self.log(
                    other.name,
                    "event",
                    row="joined",
                    room=room,
                    rev=row["rev"],
                    seq=state.seq,
                    read=state.seq,
                    joined_rev=row["rev"],
                )
                other.held[room] = {"rev": row["rev"], "seq": state.seq, "rows": {}}
        self.log(name, "ack", op="join", id=number, room=room, rev=row["rev"])

    # the end

    def settle(self) -> None:
        for device in self.devices.values():
            self.log(
                device.name,
                "settled",
                rooms={
                    str(room): {
                        "rev": held["rev"],
                        "seq": held["seq"],
                        "read": self.reads.get((device.user, room), 0),
                        "unread": held["seq"] - self.reads.get((device.user, room), 0),
                        "rows": logs.rows_digest((seq, *row) for seq, row in held["rows"].items()),
                    }
                    for room, held in device.held.items()
                },
            )

    def history(self) -> Fields:
        rooms, users = {}, {}
        for name, room in self.rooms.items():
            rows = [
                {k: v for k, v in room.messages[seq].items() if k not in ("row", "room")}
                for seq in sorted(room.messages)
            ]
            ways = [[row["seq"], row["rev"], row["digest"]] for row in rows]
            rooms[str(name)] = {
                "seq": room.seq,
                "rev": room.rev,
                "messages": rows,
                "backward": ways[::-1],
                "around": ways[:3],
            }
        for user in (ADA, BOB, CYD):
            users[str(user)] = {
                str(name): {"seq": room.seq, "rev": room.rev, "read": self.reads.get((user, name), 0)}
                for name, room in self.rooms.items()
                if user in room.members
            }
        return copy.deepcopy({"epoch": "E", "rooms": rooms, "users": users})


def told(*, undelete: bool = False, jump: bool = False) -> Story:
    """A day in the house: everything that the contract speaks of happens once."""
    story = Story()
    for room, users in ((ROOM, (ADA, BOB, CYD)), (SIDE, (ADA, BOB, CYD)), (FOREIGN, (ADA,))):
        for user in users:
            story.member(room, user)
    story.open("ada", ADA)
    story.open("ada2", ADA, pipelined=True)
    story.open("bob", BOB)
    story.open("cyd", CYD)
    for name in ("ada", "bob", "cyd", "ada", "bob"):
        story.post(name, ROOM, f"{name} speaks")
    story.post("ada", FOREIGN, "nobody else is here")
    story.change("bob", "edit", ROOM, 2, "bob has thought again")
    story.change("ada", "delete", ROOM, 1)
    story.read("cyd", ROOM, 3)
    story.read("cyd", ROOM, 4)
    story.page("cyd", ROOM)

    # Two sends cross on the way.
    first, second = story.send("bob", ROOM, "mine was sent first"), story.send("cyd", ROOM, "mine was sent second")
    one = story.store("bob", ROOM, "mine was sent first", first[1])
    two = story.store("cyd", ROOM, "mine was sent second", second[1])
    story.ack("cyd", second[0], two)
    story.ack("bob", first[0], one)

    # Bob's line breaks, and the block brings what he missed.
    story.cut("bob")
    story.post("cyd", ROOM, "bob is away")
    story.post("ada", ROOM, "so he is")
    story.open("bob")
    story.post("cyd", ROOM, "he is back")

    # Cyd's answer is lost; she sends again.
    number, nonce = story.send("cyd", ROOM, "did you hear me?")
    row = story.store("cyd", ROOM, "did you hear me?", nonce)
    story.cut("cyd")
    story.open("cyd", asks=1)
    number, nonce = story.send("cyd", ROOM, "did you hear me?", nonce)
    story.ack("cyd", number, row, duplicate=True)

    story.sync("cyd", ROOM, 2)

    # A pipelined device's first send is lost on the way, the second is not.
    lost, nonce = story.send("ada2", ROOM, "one")
    story.post("ada2", ROOM, "two")
    story.cut("ada2")
    story.open("ada2", pipelined=True)
    lost, nonce = story.send("ada2", ROOM, "one", nonce)
    story.ack("ada2", lost, story.store("ada2", ROOM, "one", nonce))

    # Cyd leaves the side room and comes back.
    story.post("ada", SIDE, "same words")
    story.post("ada", SIDE, "same words")
    story.leave("cyd", SIDE)
    story.post("ada", SIDE, "cyd is out")
    story.change("ada", "edit", SIDE, 3, "cyd does not hear this", acked=False)
    story.join("cyd", SIDE)
    story.post("bob", SIDE, "welcome back")
    if jump:
        story.rooms[SIDE].seq += 1
        story.post("bob", SIDE, "a number is missing before this one")
    if undelete:
        story.change("ada", "edit", ROOM, 1, "I take that back")

    # A device that slept since before a restore.
    story.open("bob2", BOB, epoch="before the restore", named={ROOM: 3, SIDE: 3})
    for name in ("ada", "bob", "cyd"):
        story.post(name, ROOM, f"{name} says good night")
    story.settle()
    return story


class CheckerTests(SynchronousTestCase):
    """The checker can fail, and says where."""

    def setUp(self) -> None:
        self.story = told()
        self.history = self.story.history()

    def lines(self, name: str, **match: Any) -> list[Fields]:
        return [
            line
            for line in self.story.devices[name].lines
            if all(line.get(key) == value for key, value in match.items())
        ]

    def live(self, name: str, room: int = ROOM) -> list[Fields]:
        """The rows of a room that came to a device outside a block, in its last connection."""
        conn = f"{name}#{self.story.devices[name].conn}"
        rows = self.lines(name, kind="event", conn=conn, room=room, row="message")
        ends = [line["t"] for line in self.lines(name, kind="synced", conn=conn, room=room)]
        return [row for row in rows if not ends or row["t"] > ends[-1]]

    def drop(self, name: str, line: Fields) -> int:
        lines = self.story.devices[name].lines
        at = next(number for number, known in enumerate(lines) if known is line)
        del lines[at]
        return at

    def insert(self, name: str, at: int, *lines: Fields) -> None:
        self.story.devices[name].lines[at:at] = lines

    def row(self, room: int, seq: int) -> Fields:
        found: Fields = self.history["rooms"][str(room)]["messages"][seq - 1]
        return found

    def run_of(self) -> Run:
        clients = {
            name: [Line(name + ".jsonl", number, line) for number, line in enumerate(device.lines, 1)]
            for name, device in self.story.devices.items()
        }
        return Run(clients, self.history, {"seed": 7, "command": "again"})

    def assert_caught(self, *invariants: str) -> None:
        found = checker.judge(self.run_of())
        self.assertEqual({violation.invariant for violation in found}, set(invariants), "\n".join(map(str, found)))
        for violation in found:
            self.assertIn(violation.invariant, str(violation))

    def test_clean(self) -> None:
        """A run in which all went well has no violation, and it was not empty."""
        self.assert_caught()
        self.assertGreater(checker.figures(self.run_of())["posts acked"], 15)

    def test_event_dropped(self) -> None:
        """A row that one connection was not given is I1."""
        self.drop("ada", self.live("ada")[4])
        self.assert_caught("I1")

    def test_event_doubled(self) -> None:
        """A row given twice on one connection is I1."""
        line = self.live("ada")[4]
        at = self.drop("ada", line)
        self.insert("ada", at, line, dict(line))
        self.assert_caught("I1")

    def test_events_swapped(self) -> None:
        """Two rows in the wrong order are I1."""
        first, second = self.live("ada")[1:3]
        first_fields, second_fields = dict(first), dict(second)
        first.update(second_fields, t=first_fields["t"])
        second.update(first_fields, t=second_fields["t"])
        self.assert_caught("I1")

    def test_live_before_the_block(self) -> None:
        """A row above the block's that comes before its end is I1."""
        block = self.lines("bob", kind="syncing", conn="bob#2")[0]
        row = self.lines("bob", kind="event", conn="bob#2", row="message")[0]
        at = self.drop("bob", row)
        self.insert("bob", at - 1, row)
        self.assertLess(block["t"], row["t"])
        self.assert_caught("I1")

    def test_hole_in_a_block(self) -> None:
        """A message left out of a block is I2."""
        self.drop("bob", self.lines("bob", kind="event", conn="bob#2", row="message")[0])
        self.assert_caught("I2")

    def test_last_event_missing(self) -> None:
        """When the last row of the run does not arrive without a wake-up, that is I12."""
        line = self.live("bob")[-1]
        self.drop("bob", line)
        shown = self.lines("bob", kind="settled")[0]["rooms"][str(ROOM)]
        shown.update(rev=shown["rev"] - 1, seq=shown["seq"] - 1, unread=shown["unread"] - 1)
        self.assert_caught("I12")

    def test_foreign_room(self) -> None:
        """A row of a room one is not in is I11."""
        line = self.lines("ada", kind="event", room=FOREIGN)[0]
        at = self.drop("bob", self.lines("bob", kind="event", room=ROOM)[-1])
        kept = self.story.devices["bob"].lines
        stolen = {**line, "client": "bob", "user": BOB, "conn": "bob#2"}
        self.insert(
            "bob",
            at,
            stolen,
            self.lines("ada", kind="event", room=ROOM)[-1] | {"client": "bob", "user": BOB, "conn": "bob#2"},
        )
        self.assertIn(stolen, kept)
        self.assert_caught("I11")

    def test_event_after_leaving(self) -> None:
        """A row that happened after one left is I11."""
        line = next(row for row in self.lines("ada", kind="event", room=SIDE, row="message") if row["seq"] == 3)
        leaving = self.lines("cyd", kind="event", row="member", left=True)[0]
        at = self.drop("cyd", leaving)
        self.insert("cyd", at, leaving, {**line, "client": "cyd", "user": CYD, "conn": leaving["conn"]})
        self.assert_caught("I11")

    def test_page_after_leaving(self) -> None:
        """A page read while one is no member is I11."""
        page, leaving = self.lines("cyd", kind="page")[0], self.lines("cyd", kind="event", row="member", left=True)[0]
        at = self.drop("cyd", leaving)
        self.insert(
            "cyd",
            at,
            leaving,
            {
                **page,
                "t": leaving["t"],
                "conn": leaving["conn"],
                "id": 999,
                "room": SIDE,
                "rev": leaving["rev"] + 1,
                "rows": [],
            },
        )
        self.assert_caught("I11")

    def test_ack_without_row(self) -> None:
        """A message that was acknowledged and is not there is I3."""
        self.story.ack(
            "bob",
            self.story.send("bob", ROOM, "a ghost", "ghost")[0],
            {"room": ROOM, "seq": 99, "rev": 199, "nonce": "ghost"},
        )
        self.assert_caught("I3")

    def test_one_nonce_two_rows(self) -> None:
        """One send stored twice is I3."""
        self.row(SIDE, 2)["nonce"] = self.row(SIDE, 1)["nonce"]
        self.assert_caught("I3")

    def test_duplicate_ack_with_another_seq(self) -> None:
        """Two answers to one nonce that name two messages are I3."""
        line = self.lines("cyd", kind="ack", duplicate=True)[0]
        at = self.drop("cyd", line)
        self.insert("cyd", at, line, {**line, "seq": line["seq"] - 1})
        self.assert_caught("I3")

    def test_row_nobody_sent(self) -> None:
        """A message nobody sent is I4."""
        nonce = self.row(ROOM, 4)["nonce"]
        self.drop("ada", self.lines("ada", kind="send", nonce=nonce)[0])
        self.drop("ada", self.lines("ada", kind="ack", nonce=nonce)[0])
        self.assert_caught("I4")

    def test_body_flipped(self) -> None:
        """A message whose text is not what was sent is I4."""
        self.row(ROOM, 4)["hash"] = "0" * 16
        self.assert_caught("I4")

    def test_edit_undone(self) -> None:
        """A message that shows its first text after an acknowledged edit is I4."""
        self.row(ROOM, 2)["hash"] = logs.text_hash("bob speaks")
        self.assert_caught("I4")

    def test_unanswered_send_stored_twice(self) -> None:
        """A send without an answer that is there twice is I5."""
        nonce, other = self.row(SIDE, 1)["nonce"], self.row(SIDE, 2)["nonce"]
        self.drop("ada", self.lines("ada", kind="ack", nonce=nonce)[0])
        self.drop("ada", self.lines("ada", kind="ack", nonce=other)[0])
        self.drop("ada", self.lines("ada", kind="send", nonce=other)[0])
        self.row(SIDE, 2)["nonce"] = nonce
        self.assert_caught("I5")

    def test_refused_send_present(self) -> None:
        """A message that was refused and is there is I6."""
        for code in ("forbidden", "rate_limited"):
            line = self.lines("bob", nonce=self.row(ROOM, 5)["nonce"], op="post")[-1]
            line.update(kind="error", code=code)
            self.assert_caught("I6")

    def test_unknown_outcome_may_be_present(self) -> None:
        """After `retry` the message may be there or not."""
        self.lines("bob", kind="ack", nonce=self.row(ROOM, 5)["nonce"])[0].update(kind="error", code="retry")
        self.assert_caught()

    def test_hole_in_seq(self) -> None:
        """A number that no message has is I7."""
        self.story = told(jump=True)
        self.history = self.story.history()
        self.assert_caught("I7")

    def test_floor(self) -> None:
        """A message that is told though it is said to have been removed is I7."""
        self.history["rooms"][str(ROOM)]["floor"] = 1
        self.assert_caught("I7")

    def test_two_rows_one_rev(self) -> None:
        """Two messages at one rev are I7."""
        self.row(ROOM, 4)["rev"] = self.row(ROOM, 5)["rev"]
        self.history["rooms"][str(ROOM)]["backward"] = []
        self.assert_caught("I7")

    def test_paging_disagrees(self) -> None:
        """A message that only one way of paging shows is I7."""
        del self.history["rooms"][str(ROOM)]["backward"][3]
        self.assert_caught("I7")

    def test_two_bodies_for_one_rev(self) -> None:
        """Two devices shown different rows for one rev are I8."""
        first = next(row for row in self.lines("cyd", kind="event", row="message", room=ROOM) if row["seq"] == 2)
        first["digest"] = "0" * 16
        self.assert_caught("I8")

    def test_reply_before_its_cause(self) -> None:
        """A message sent after another was acknowledged, and stored before it, is I9."""
        later = self.lines("cyd", kind="ack", nonce=self.row(ROOM, 7)["nonce"])[0]
        send = self.lines("bob", kind="send", nonce=self.row(ROOM, 6)["nonce"])[0]
        ack = self.lines("bob", kind="ack", nonce=self.row(ROOM, 6)["nonce"])[0]
        self.drop("bob", send)
        send["t"] = (later["t"] + ack["t"]) / 2
        self.insert("bob", self.drop("bob", ack), send, ack)
        self.assert_caught("I9")

    def test_own_messages_swapped(self) -> None:
        """A device that waits for each answer and whose messages stand in another order is I10."""
        for line in self.lines("ada2", kind="open"):
            line["pipelined"] = False
        self.assert_caught("I10")

    def test_shown_and_gone(self) -> None:
        """A change that was shown, and that a crash took back, is I13."""
        row = self.row(SIDE, 3)
        first = next(line for line in self.lines("ada", kind="event", room=SIDE, row="message") if line["seq"] == 3)
        row.update({name: first[name] for name in ("rev", "hash", "digest")})
        for way in ("backward", "around"):
            rows = self.history["rooms"][str(SIDE)][way]
            rows[:] = [[3, row["rev"], row["digest"]] if known[0] == 3 else known for known in rows]
        self.assert_caught("I13")

    def test_older_row_over_newer(self) -> None:
        """A page that shows a message older than it was shown before is I14."""
        first = next(row for row in self.lines("cyd", kind="event", row="message", room=ROOM) if row["seq"] == 2)
        shown = next(row for row in self.lines("cyd", kind="page")[0]["rows"] if row["seq"] == 2)
        shown.update({name: first[name] for name in ("rev", "hash", "digest")})
        self.assert_caught("I14")

    def test_tombstone_comes_back(self) -> None:
        """A deleted message that has a text again is I14."""
        self.story = told(undelete=True)
        self.history = self.story.history()
        self.assert_caught("I14")

    def test_device_holds_something_else(self) -> None:
        """A device that shows other rows than it was given is I14."""
        self.lines("ada", kind="settled")[0]["rooms"][str(ROOM)]["rows"] = "0" * 16
        self.assert_caught("I14")

    def test_read_mark_falls(self) -> None:
        """A read mark below one that was shown before is I16."""
        self.lines("cyd", kind="ack", op="read")[1]["seq"] = 2
        self.assert_caught("I16")

    def test_unread_off_by_one(self) -> None:
        """A wrong number of unread messages is I17."""
        self.lines("bob", kind="settled")[0]["rooms"][str(SIDE)]["unread"] += 1
        self.assert_caught("I17")

    def test_undocumented_close_code(self) -> None:
        """A close code the protocol does not name is I20."""
        self.lines("bob", kind="close")[0]["code"] = 1005
        self.assert_caught("I20")

    def test_synced_missing(self) -> None:
        """A block without an end is I21."""
        self.drop("bob", self.lines("bob", kind="synced", room=SIDE)[0])
        self.assert_caught("I21")

    def test_block_too_large(self) -> None:
        """A block above the limit, where a reset was due, is I21."""
        self.patch(replay, "ROWS_OF_A_ROOM", 1)
        self.assert_caught("I21")

    def test_rev_falls(self) -> None:
        """A smaller rev than was shown before, under the same epoch, is I22."""
        self.lines("bob", kind="welcome")[1]["rooms"][str(ROOM)][1] -= 3
        self.assert_caught("I22")

    def test_epoch_without_reset(self) -> None:
        """Another epoch that is not followed by a reset of each room is I22."""
        line = self.lines("bob2", kind="reset", room=SIDE)[0]
        at = self.drop("bob2", line)
        self.insert("bob2", at, {**line, "kind": "syncing"}, {**line, "kind": "synced"})
        self.assert_caught("I22")

    def test_window(self) -> None:
        """A violation names the log lines that show it, few of them, and how to run it again."""
        self.drop("ada", self.live("ada")[4])
        run = self.run_of()
        found = checker.judge(run)
        self.assertEqual(len(found[0].lines), 2)
        self.assertIn("ada.jsonl:", str(found[0]))
        self.assertIn("again: again", checker.report(run, found))

    def test_from_files(self) -> None:
        """A run written to a directory is judged again by the command; a half-written last line is left out."""
        directory = Path(self.mktemp())
        (directory / "clients").mkdir(parents=True)
        for name, device in self.story.devices.items():
            text = "".join(json.dumps(line) + "\n" for line in device.lines)
            (directory / "clients" / f"{name}.jsonl").write_text(text + '{"t": 1')
        (directory / "history.json").write_text(json.dumps(self.history))
        self.assertEqual(checker.judge(logs.load(directory)), [])
