"""Follows one device through its log, and says where what it was shown breaks the contract.

What follows from a violation already reported is not reported again: a device that was shown a gap in a room is not
judged in that room until its next `reset`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.doorstep.logs import ROWS, Fields, Line, Run, Violation, rows_digest

CLOSE_CODES = frozenset({1000, 1001, 1002, 1003, 1006, 1007, 1009, 1011, 1012, 4001, 4003, 4008, 4029})
ANSWER_WITHIN = 15.0
ROWS_OF_A_ROOM = 500
ROWS_OF_A_CONNECTION = 5_000


class Memberships:
    """From which rev to which rev somebody belonged to a room, by every joining and leaving that any log names.

    A change nobody saw (a crash right behind its commit, and its reverse soon after) makes an interval look longer
    than it was, never shorter: it can hide a leak, not invent one.
    """

    def __init__(self, run: Run) -> None:
        self._turns: dict[tuple[int, int], dict[int, bool]] = defaultdict(dict)
        for line in (line for lines in run.clients.values() for line in lines):
            kind = line["kind"]
            if kind == "welcome":
                for room, (_, _, _, joined_rev) in line["rooms"].items():
                    self._turns[int(room), line["user"]][joined_rev] = True
            elif kind == "event" and line["row"] == "member":
                self._turns[line["room"], line["who"]][line["joined_rev"]] = True
                if line.get("left"):
                    self._turns[line["room"], line["who"]][line["rev"]] = False
            elif kind == "event" and line["row"] == "joined":
                self._turns[line["room"], line["user"]][line["joined_rev"]] = True
            elif kind == "ack" and line["op"] in ("join", "leave"):
                self._turns[line["room"], line["user"]][line["rev"]] = line["op"] == "join"
        self._sorted = {key: sorted(turns.items()) for key, turns in self._turns.items()}

    def belongs(self, user: int, room: int, rev: int) -> bool:
        """Whether she may be shown what happened at *rev*; her own leaving is the last thing she is shown."""
        inside = False
        for turn, came in self._sorted.get((room, user), ()):
            if turn > rev:
                break
            inside = came or turn == rev
        return inside


@dataclass
class Held:
    """What a device holds of a room, over all its connections, if it follows the client's rule."""

    mine: int
    top: int | None  # every message up to here is held, or was posted before the device's history begins
    rows: dict[int, tuple[int, str, bool]] = field(default_factory=dict)  # seq -> rev, digest, deleted
    ahead: set[int] = field(default_factory=set)
    nonces: dict[tuple[int, str], int] = field(default_factory=dict)
    tainted: bool = False


@dataclass
class Block:
    low: int
    lines: list[Line]
    keys: set[tuple[str, int]] = field(default_factory=set)
    faults: list[Violation] = field(default_factory=list)  # told at its end: a block without one is I21


@dataclass
class Syncs:
    """What was asked of a room on one connection: it outlasts her leaving and joining, `reset` and `joined`."""

    asked: dict[int, int] = field(default_factory=dict)  # id of a `sync` -> the rev it named
    promised: list[int] = field(default_factory=list)  # ids answered with `ok`: their blocks come next


@dataclass
class Stream:
    """A room on one connection: the rev it stands at, unless its first block is still due."""

    rev: int
    due: bool
    block: Block | None = None
    last: Line | None = None


class Replay:
    """Follows one device line by line: I1, I2, I11, I12, I14, I17, I21 and the epochs of I22."""

    def __init__(self, run: Run, memberships: Memberships, odd_rooms: frozenset[int]) -> None:
        self._run = run
        self._memberships = memberships
        self._odd_rooms = odd_rooms  # their history is no history (I7): nothing is compared with it
        self._held: dict[int, Held] = {}
        self._streams: dict[int, Stream] = {}
        self._syncs: dict[int, Syncs] = defaultdict(Syncs)
        self._hello: Line | None = None
        self._must_reset: set[int] = set()
        self._left: set[int] = set()
        self._hello_rows = 0
        self.found: list[Violation] = []

    def follow(self, lines: list[Line]) -> list[Violation]:
        for line in lines:
            if step := getattr(self, "_on_" + line["kind"], None):
                step(line)
        return self.found

    def _report(self, invariant: str, text: str, *lines: Line | None) -> None:
        self.found.append(Violation(invariant, text, tuple(line for line in lines if line is not None)))

    def _on_open(self, line: Line) -> None:
        self._streams = {}
        self._syncs.clear()
        self._hello = None
        self._must_reset = set()
        self._hello_rows = 0

    def _on_hello(self, line: Line) -> None:
        self._hello = line

    def _on_welcome(self, line: Line) -> None:
        named = {int(room): rev for room, rev in self._hello["rooms"].items()} if self._hello else {}
        theirs = {int(room): state for room, state in line["rooms"].items()}
        self._left -= theirs.keys()
        for room in self._held.keys() - theirs.keys():
            del self._held[room]
        for room, (seq, rev, _, _) in theirs.items():
            if room in named and room in self._held:
                self._streams[room] = Stream(named[room], due=True, last=line)
            else:
                self._streams[room] = Stream(rev, due=False, last=line)
                self._held[room] = Held(rev, seq)
        held_epoch = self._hello.get("epoch") if self._hello else None
        if held_epoch is not None and held_epoch != line["epoch"]:
            self._must_reset = named.keys() & theirs.keys()

    def _on_send(self, line: Line) -> None:
        if line["op"] == "sync":
            self._syncs[line["room"]].asked[line["id"]] = line["rev"]

    def _on_ack(self, line: Line) -> None:
        if line["op"] == "sync" and line["id"] in self._syncs[line["room"]].asked:
            self._syncs[line["room"]].promised.append(line["id"])

    def _on_error(self, line: Line) -> None:
        if line.get("op") == "sync":
            self._syncs[line["room"]].asked.pop(line["id"], None)

    def _on_event(self, line: Line) -> None:
        row = line["row"]
        if row == "joined":
            self._left.discard(line["room"])
            self._streams[line["room"]] = Stream(line["rev"], due=False, last=line)
            self._held[line["room"]] = Held(line["rev"], line["seq"])
        elif row in ROWS:
            self._on_row(line)
        elif row == "typing" and (line["room"] in self._left or line["room"] not in self._streams):
            self._report("I11", f"{line['client']} heard typing in a room she is not in", line)

    def _on_row(self, line: Line) -> None:
        room, rev, stream = line["room"], line["rev"], self._streams.get(line["room"])
        if not self._memberships.belongs(line["user"], room, rev) and (stream is None or stream.block is None):
            self._report("I11", f"user {line['user']} was told of room {room} rev {rev} outside her membership", line)
            return
        if stream is None:
            self._report("I1", f"room {room} rev {rev} before the room's first rev was told", line)
            return
        if stream.block is not None:
            self._block_row(stream.block, line)
        else:
            self._live_row(stream, line)
        if line["row"] == "member" and line["who"] == line["user"] and line.get("left") and stream.block is None:
            self._streams.pop(room, None)
            self._held.pop(room, None)
            self._left.add(room)

    def _live_row(self, stream: Stream, line: Line) -> None:
        room, rev, held = line["room"], line["rev"], self._held[line["room"]]
        if stream.due:
            self._report("I1", f"live rev {rev} of room {room} before its block or reset", stream.last, line)
            held.tainted = True
        elif rev != stream.rev + 1:
            self._report("I1", f"room {room} went from rev {stream.rev} to {rev}", stream.last, line)
            held.tainted = held.tainted or rev > stream.rev
        stream.rev, stream.last = max(stream.rev, rev), line
        if rev > held.mine:
            held.mine = rev
            self._apply(held, line, line)
            self._no_hole(held, line)

    def _block_row(self, block: Block, line: Line) -> None:
        key = (line["row"], line.get("seq") or line.get("who") or 0)
        last = block.lines[-1]
        if line["rev"] <= max(block.low, last.get("rev") or 0) or key in block.keys:
            block.faults.append(
                Violation(
                    "I1",
                    f"a block of room {line['room']} from rev {block.low} holds rev "
                    f"{line['rev']}, or its row, out of turn",
                    (*block.lines[-2:], line),
                )
            )
        block.keys.add(key)
        block.lines.append(line)
        held = self._held[line["room"]]
        if key[0] == "message" and (old := held.rows.get(key[1])) and old[0] > line["rev"] and not held.tainted:
            self._report("I14", f"a block brought rev {line['rev']} of message {key[1]} after rev {old[0]}", line)
        self._apply(held, line, line)

    def _apply(self, held: Held, row: Mapping[str, Any] | Line, line: Line) -> None:
        """The client's row rule: a row replaces one with a smaller rev."""
        seq = row.get("seq")
        if row.get("row", "message") != "message" or seq is None:
            return
        old = held.rows.get(seq)
        if old is not None and old[0] >= row["rev"]:
            return
        if old is not None and old[2] and not row.get("deleted") and not held.tainted:
            self._report("I14", f"deleted message {seq} of room {line['room']} came back at rev {row['rev']}", line)
        held.rows[seq] = (row["rev"], row["digest"], bool(row.get("deleted")))
        if held.top is None or seq > held.top:
            held.ahead.add(seq)
        nonce = (row["author"], row["nonce"])
        if row["nonce"] is not None and held.nonces.setdefault(nonce, seq) != seq and not held.tainted:
            self._report("I2", f"one send is shown as messages {held.nonces[nonce]} and {seq}", line)

    def _no_hole(self, held: Held, line: Line) -> None:
        if held.top is None:
            return
        while held.top + 1 in held.ahead:
            held.top += 1
            held.ahead.discard(held.top)
        # What nobody at all was shown, since the seq was jumped, is a matter of I7.
        if held.ahead and not held.tainted and line["room"] not in self._odd_rooms:
            self._report(
                "I2", f"room {line['room']}: message {held.top + 1} was never shown, {min(held.ahead)} was", line
            )
            held.tainted = True

    def _on_syncing(self, line: Line) -> None:
        stream = self._streams.get(line["room"])
        if stream is None:
            self._report("I11", f"a block of room {line['room']}, which is not hers", line)
            return
        if stream.block is not None:
            self._report("I1", f"a block of room {line['room']} inside another", stream.block.lines[0], line)
        # The block that `hello` was promised comes first, whatever else has been asked for since.
        syncs = self._syncs[line["room"]]
        promised = [] if stream.due else [syncs.asked[number] for number in syncs.promised]
        low = min([stream.rev, *promised])
        stream.block = Block(low, [line])

    def _on_synced(self, line: Line) -> None:
        room, rev = line["room"], line["rev"]
        stream = self._streams.get(room)
        if stream is None:
            return  # its `syncing` was reported
        if stream.block is None:
            self._report("I1", f"room {room}: synced without syncing", stream.last, line)
            return
        self.found += stream.block.faults
        rows = stream.block.lines[1:]
        if rows and rows[-1]["rev"] > rev:
            self._report("I1", f"a block of room {room} holds rev {rows[-1]['rev']} and ends at {rev}", rows[-1], line)
        if rev < stream.rev:
            self._report("I22", f"room {room}: synced at {rev} after {stream.rev}", stream.last, line)
        if not self._memberships.belongs(line["user"], room, rev):
            self._report(
                "I11", f"user {line['user']} got a block of room {room} up to rev {rev}, outside her membership", line
            )
        self._count_rows(stream, len(rows), line)
        if room in self._must_reset:
            self._report("I22", f"another epoch, and room {room} was not reset", self._hello, line)
        own_leaving = [row for row in rows if row["row"] == "member" and row["who"] == line["user"] and row.get("left")]
        shown, was_due = stream.rev, stream.due
        stream.block, stream.due, stream.rev, stream.last = None, False, rev, line
        # A block with nothing older than was shown may be one that nobody asked for: the answer is still to come.
        if not was_due and (not rows or rows[0]["rev"] <= shown):
            syncs = self._syncs[room]
            for number in syncs.promised[:1]:
                syncs.promised.remove(number)
                del syncs.asked[number]
        held = self._held[room]
        held.mine = max(rev, held.mine)
        self._no_hole(held, line)
        if own_leaving and rows[-1] is own_leaving[-1]:
            del self._streams[room], self._held[room]
            self._left.add(room)

    def _count_rows(self, stream: Stream, rows: int, line: Line) -> None:
        if stream.due:
            self._hello_rows += rows
        if rows > ROWS_OF_A_ROOM or self._hello_rows > ROWS_OF_A_CONNECTION:
            self._report("I21", f"{rows} rows of room {line['room']}, {self._hello_rows} after this hello", line)

    def _on_reset(self, line: Line) -> None:
        room = line["room"]
        if room not in self._streams:
            self._report("I11", f"a reset of room {room}, which is not hers", line)
            return
        self._must_reset.discard(room)
        self._streams[room] = Stream(line["rev"], due=False, last=line)
        self._held[room] = Held(line["rev"], None)

    def _on_page(self, line: Line) -> None:
        room, rev, held = line["room"], line["rev"], self._held.get(line["room"])
        if not self._memberships.belongs(line["user"], room, rev):
            self._report(
                "I11", f"user {line['user']} got a page of room {room} at rev {rev}, outside her membership", line
            )
        if held is None:
            return
        if held.top is None:
            held.top = line["seq"]
            held.ahead = {seq for seq in held.ahead if seq > held.top}
        for row in line["rows"]:
            old = held.rows.get(row["seq"])
            if old and row["rev"] < old[0] <= rev and not held.tainted:
                self._report(
                    "I14",
                    f"a page at rev {rev} shows message {row['seq']} of room {room} at {row['rev']}, "
                    f"which was at {old[0]} before",
                    line,
                )
            self._apply(held, row, line)
        self._no_hole(held, line)

    def _on_close(self, line: Line) -> None:
        if line["code"] not in CLOSE_CODES:
            self._report("I20", f"closed with {line['code']}", line)
        self._overdue(line)
        self._streams = {}

    def _overdue(self, line: Line) -> None:
        if self._hello is None or line["t"] - self._hello["t"] < ANSWER_WITHIN:
            return
        for room, stream in self._streams.items():
            if stream.due or stream.block is not None:
                self._report("I21", f"room {room}: neither synced nor reset", self._hello, stream.last, line)
                self._held[room].tainted = True

    def _on_settled(self, line: Line) -> None:
        self._overdue(line)
        final = self._run.history["rooms"]
        states = self._run.history["users"].get(str(line["user"]), {})
        for name, state in states.items():
            shown, room = line["rooms"].get(name), int(name)
            held, stream = self._held.get(room), self._streams.get(room)
            if shown is None or held is None:
                self._report("I12", f"{line['client']} does not know of room {name}, which is hers", line)
            elif not held.tainted:
                same = self._at_the_end(room, shown, held, stream, final.get(name, state), line)
                if same and shown["unread"] != state["seq"] - state["read"]:
                    self._report(
                        "I17",
                        f"room {name}: {shown['unread']} unread shown, it is {state['seq']} - {state['read']}",
                        line,
                    )

    def _at_the_end(
        self, room: int, shown: Fields, held: Held, stream: Stream | None, final: Fields, line: Line
    ) -> bool:
        """Whether the device stands where the room stands."""
        if shown["rev"] != final["rev"] or held.mine != final["rev"]:
            self._report(
                "I12",
                f"room {room} is at rev {final['rev']}, {line['client']} says {shown['rev']} and was told {held.mine}",
                stream.last if stream else None,
                line,
            )
            return False
        truth = {row["seq"]: row for row in final.get("messages", ())} if room not in self._odd_rooms else {}
        for seq, (rev, _, _) in held.rows.items():
            # A row that is not there at all is a matter of I13, one with two contents of I8.
            if truth and (row := truth.get(seq)) and row["rev"] > rev:
                self._report(
                    "I14",
                    f"room {room}: {line['client']} holds message {seq} at rev {rev}, a fresh load "
                    f"shows rev {row['rev']}",
                    line,
                )
                return True
        told = rows_digest((seq, rev, digest) for seq, (rev, digest, _) in held.rows.items())
        if shown["rows"] != told:
            self._report("I14", f"room {room}: {line['client']} holds other rows than it was shown", line)
        return True
