"""All devices' lines in the order of the clock: what was sent, what was answered, and who knew what before asking."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.doorstep.logs import ROWS, Line, Run, Violation


@dataclass
class Sent:
    """One message somebody tried to post: all attempts with one nonce and one text."""

    key: tuple[int, int, str]  # room, author, nonce
    hash: str
    client: str
    pipelined: bool
    began: Line
    floor: int  # the greatest seq acknowledged to anybody in this room before it began
    floor_line: Line | None
    attempts: int = 0
    answers: list[Line] = field(default_factory=list)

    @property
    def ack(self) -> Line | None:
        return next((line for line in self.answers if line["kind"] == "ack"), None)


class Timeline:
    """All lines of all devices in the order of the clock: who knew what before asking.  I16 and I22; feeds `Sent`."""

    def __init__(self, run: Run) -> None:
        self.sent: dict[tuple[int, int, str, str], Sent] = {}
        self.changes: list[tuple[Line, Line | None]] = []  # edits and deletes, and their answers
        self.found: list[Violation] = []
        self._acked: dict[int, tuple[int, Line | None]] = defaultdict(lambda: (0, None))
        self._revs: dict[tuple[str, int], tuple[int, Line | None]] = defaultdict(lambda: (0, None))
        self._reads: dict[tuple[int, int], tuple[int, Line | None]] = defaultdict(lambda: (0, None))
        self._epochs: dict[str, str] = {}  # connection -> epoch
        self._pipelined: dict[str, bool] = {}
        self._asked: dict[tuple[str, int], tuple[Line, int, int, Line | None, Line | None]] = {}
        self._hellos: dict[str, tuple[Line, dict[Any, Any], dict[Any, Any]]] = {}
        self._syncs: dict[tuple[str, int], list[int]] = defaultdict(list)
        self._open_changes: dict[tuple[str, int], int] = {}
        for line in heapq.merge(*run.clients.values(), key=lambda line: line["t"]):
            if step := getattr(self, "_on_" + line["kind"], None):
                step(line)

    def _on_open(self, line: Line) -> None:
        self._pipelined[line["conn"]] = bool(line.get("pipelined"))

    def _on_hello(self, line: Line) -> None:
        self._hellos[line["conn"]] = (line, dict(self._revs), dict(self._reads))

    def _on_welcome(self, line: Line) -> None:
        self._epochs[line["conn"]] = line["epoch"]
        hello, revs, reads = self._hellos.get(line["conn"], (None, {}, {}))
        for name, (_, rev, read, _) in line["rooms"].items():
            room = int(name)
            self._not_less("I22", "rev", room, rev, *revs.get((line["epoch"], room), (0, None)), hello, line)
            self._not_less("I16", "read", room, read, *reads.get((line["user"], room), (0, None)), hello, line)
            self._saw_rev(line, room, rev)
            self._saw_read(line, room, read)

    def _on_send(self, line: Line) -> None:
        key = (line["conn"], line["id"])
        room = line.get("room", 0)
        rev, rev_line = self._revs[self._epochs.get(line["conn"], ""), room]
        read, read_line = self._reads[line["user"], room]
        self._asked[key] = (line, rev, read, rev_line, read_line)
        if line["op"] == "post":
            self._began(line)
        elif line["op"] in ("edit", "delete"):
            self._open_changes[key] = len(self.changes)
            self.changes.append((line, None))

    def _began(self, line: Line) -> None:
        name = (line["room"], line["user"], line["nonce"], line["hash"])
        if name not in self.sent:
            floor, floor_line = self._acked[line["room"]]
            self.sent[name] = Sent(
                name[:3],
                line["hash"],
                line["client"],
                self._pipelined.get(line["conn"], False),
                line,
                floor,
                floor_line,
            )
        self.sent[name].attempts += 1

    def _on_ack(self, line: Line) -> None:
        asked, _, read_floor, _, read_line = self._asked.get((line["conn"], line["id"]), (None, 0, 0, None, None))
        room = line.get("room")
        if asked is None or room is None:
            return
        if line["op"] == "sync":
            # Its block or reset comes next.
            self._syncs[line["conn"], room].append(line["id"])
        if line["op"] == "post":
            self.sent[asked["room"], asked["user"], asked["nonce"], asked["hash"]].answers.append(line)
            if line["seq"] > self._acked[room][0]:
                self._acked[room] = (line["seq"], line)
            # An answer to a repeated send tells the row's first rev, which may be old.
            if not line.get("duplicate"):
                self._saw_rev(line, room, line["rev"])
                self._saw_read(line, room, line["seq"])
        elif line["op"] == "read":
            self._not_less("I16", "read", room, line["seq"], read_floor, read_line, asked, line)
            self._saw_read(line, room, line["seq"])
        elif line["op"] in ("edit", "delete"):
            self.changes[self._open_changes[line["conn"], line["id"]]] = (asked, line)
            self._saw_rev(line, room, line["rev"])
        elif line["op"] in ("join", "leave"):
            self._saw_rev(line, room, line["rev"])

    def _on_error(self, line: Line) -> None:
        if not (known := self._asked.get((line["conn"], line.get("id", -1)))):
            return
        asked = known[0]
        if line["op"] == "post":
            self.sent[asked["room"], asked["user"], asked["nonce"], asked["hash"]].answers.append(line)
        elif line["op"] in ("edit", "delete"):
            self.changes[self._open_changes[line["conn"], line["id"]]] = (asked, line)

    def _on_event(self, line: Line) -> None:
        if line["row"] in ROWS or line["row"] == "joined":
            self._saw_rev(line, line["room"], line["rev"])
        if line["row"] == "joined":
            self._saw_read(line, line["room"], line["read"])
        elif line["row"] == "read":
            self._saw_read(line, line["room"], line["seq"])

    def _on_synced(self, line: Line) -> None:
        room, queue = line["room"], self._syncs[line["conn"], line["room"]]
        if queue:
            asked, rev, _, rev_line, _ = self._asked[line["conn"], queue.pop(0)]
            self._not_less("I22", "rev", room, line["rev"], rev, rev_line, asked, line)
        elif line["conn"] in self._hellos and line["conn"] in self._epochs:
            hello, revs, _ = self._hellos[line["conn"]]
            floor = revs.get((self._epochs[line["conn"]], room), (0, None))
            self._not_less("I22", "rev", room, line["rev"], *floor, hello, line)
        self._saw_rev(line, room, line["rev"])

    _on_reset = _on_synced

    def _on_page(self, line: Line) -> None:
        if known := self._asked.get((line["conn"], line["id"])):
            asked, rev, _, rev_line, _ = known
            if self._epochs.get(line["conn"]) == line["epoch"]:
                self._not_less("I22", "rev", line["room"], line["rev"], rev, rev_line, asked, line)
        self._saw_rev(line, line["room"], line["rev"])

    def _saw_rev(self, line: Line, room: int, rev: int) -> None:
        key = (line.get("epoch") or self._epochs.get(line["conn"], ""), room)
        if rev > self._revs[key][0]:
            self._revs[key] = (rev, line)

    def _saw_read(self, line: Line, room: int, read: int) -> None:
        if read > self._reads[line["user"], room][0]:
            self._reads[line["user"], room] = (read, line)

    def _not_less(
        self,
        invariant: str,
        what: str,
        room: int,
        shown: int,
        floor: int,
        because: Line | None,
        asked: Line | None,
        line: Line,
    ) -> None:
        if shown < floor:
            self.found.append(
                Violation(
                    invariant,
                    f"room {room}: {what} {shown} was answered to a question put after {floor} had been shown",
                    tuple(x for x in (because, asked, line) if x),
                )
            )
