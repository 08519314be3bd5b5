"""The client's side of docs/protocol.md, written from that page alone, without any line, thread or clock of its own.

`client.py` puts it onto sockets, `tests/journeys/` onto lines in memory.  A line is written to the log before anything
is acted on (`logs.py` describes them).
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.doorstep.api import page_fields
from tests.doorstep.logs import Fields, message_fields, row_digest, rows_digest, text_hash

# "not now", or "perhaps": the same again, later.  Everything else is an answer.
AGAIN = frozenset({"retry", "rate_limited", "busy", "unavailable", "internal"})


@dataclass
class Post:
    """A message on its way, in the outbox until it is answered for good."""

    room: int
    nonce: str
    text: str
    conn: str = ""  # the connection on which it was sent last
    not_before: float = 0.0


@dataclass
class Held:
    """What a device holds of a room."""

    mine: int
    seq: int
    read: int
    rows: dict[int, tuple[int, str]] = field(default_factory=dict)
    own: list[int] = field(default_factory=list)
    in_block: bool = False
    has_left: bool = False
    syncing: bool = False
    waiting: list[Fields] = field(default_factory=list)


class Journal(Protocol):
    """A device's log."""

    def write(self, conn: str, kind: str, **fields: Any) -> None: ...


class Rules:
    """A device that follows the rules, over all its connections.  Who makes one says how things leave it."""

    def __init__(
        self, name: str, user: int, token: str, journal: Journal, counts: Counter[str], pipelined: bool = False
    ) -> None:
        self.name, self.user, self._token = name, user, token
        self._journal, self._counts, self._pipelined = journal, counts, pipelined
        self._rooms: dict[int, Held] = {}
        self._epoch: str | None = None
        self._outbox: dict[int, deque[Post]] = {}
        self._count = self._conns = self._ids = 0
        self._conn = ""
        self._asked: dict[int, Fields] = {}
        self._loading = 0
        self._due: set[int] = set()
        self.is_welcome = False

    # --- what a device must be able to do ---

    def _put(self, frame: str) -> None:
        """Hand a frame to the line: all of one connection leave in the order of their calls."""
        raise NotImplementedError

    def _now(self) -> float:
        """Monotonic seconds."""
        raise NotImplementedError

    def _after(self, seconds: float, call: Callable[[], None]) -> None:
        """Call back later."""
        raise NotImplementedError

    def _fetch(self, room: int, held: Held, conn: str, number: int, where: str) -> None:
        """Load a page over HTTP, again and again until it is there or refused, and give it to `_take_page`."""
        raise NotImplementedError

    # --- the connection ---

    def _opened(self) -> None:
        """A connection is there: say hello."""
        self._journal.write(self._conn, "open", pipelined=self._pipelined)
        self._asked, self._due = {}, set()
        self._hello()

    def _closed(self, code: int) -> None:
        self.is_welcome = False
        self._journal.write(self._conn, "close", code=code)
        self._counts[f"closed {code}"] += 1

    def _hello(self) -> None:
        named = {str(room): held.mine for room, held in self._rooms.items()}
        self._journal.write(self._conn, "hello", epoch=self._epoch, rooms=named)
        frame: Fields = {"type": "hello", "token": self._token, "rooms": named}
        if self._epoch is not None:
            frame["epoch"] = self._epoch
        self._put(json.dumps(frame))

    def _ask(self, op: str, room: int, logged: Fields | None = None, **fields: Any) -> None:
        """Log a request and hand it to the socket: all of one connection leave in this order."""
        self._ids += 1
        known = {"op": op, "room": room, **(fields if logged is None else logged)}
        self._asked[self._ids] = known
        self._journal.write(self._conn, "send", id=self._ids, **known)
        self._put(json.dumps({"type": op, "id": self._ids, "room": room, **fields}, ensure_ascii=False))

    # --- what comes ---

    def _take(self, frame: Fields) -> None:
        kind = frame["type"]
        if "id" in frame:
            self._answered(frame)
        elif kind == "welcome":
            self._on_welcome(frame)
        elif kind == "error":
            self._journal.write(self._conn, "error", op="frame", code=frame["code"])
            self._counts["error " + frame["code"]] += 1
        elif kind in ("message", "member", "room"):
            self._on_row(frame)
        elif kind == "joined":
            self._on_joined(frame["room"])
        elif kind == "syncing":
            self._journal.write(self._conn, "syncing", room=frame["room"])
            if held := self._rooms.get(frame["room"]):
                held.in_block = True
        elif kind == "synced":
            self._on_synced(frame)
        elif kind == "reset":
            self._on_reset(frame)
        elif kind == "read":
            self._journal.write(self._conn, "event", row="read", room=frame["room"], seq=frame["seq"])
            self._has_read(frame["room"], frame["seq"])
        elif kind == "typing":
            self._journal.write(self._conn, "event", row="typing", room=frame["room"], who=frame["user"])

    def _on_welcome(self, frame: Fields) -> None:
        states = {state["room"]: state for state in frame["rooms"]}
        self._journal.write(
            self._conn,
            "welcome",
            epoch=frame["epoch"],
            rooms={
                str(room): [state["seq"], state["rev"], state["read"], state["joined_rev"]]
                for room, state in states.items()
            },
        )
        self._due = self._rooms.keys() & states.keys()
        for room in self._rooms.keys() - states.keys():
            self._drop(room)
        for room, state in states.items():
            if room not in self._rooms:
                self._rooms[room] = Held(state["rev"], state["seq"], state["read"])
            else:
                held = self._rooms[room]
                held.seq, held.read, held.in_block, held.syncing = state["seq"], state["read"], False, False
                held.waiting.clear()
        self._epoch = frame["epoch"]
        self.is_welcome = True
        for queue in self._outbox.values():
            self._pump(queue)

    def _on_joined(self, state: Fields) -> None:
        self._journal.write(
            self._conn,
            "event",
            row="joined",
            room=state["room"],
            rev=state["rev"],
            seq=state["seq"],
            read=state["read"],
            joined_rev=state["joined_rev"],
        )
        self._due.discard(state["room"])
        self._rooms[state["room"]] = Held(state["rev"], state["seq"], state["read"])

    def _on_row(self, row: Fields) -> None:
        self._journal.write(self._conn, "event", row=row["type"], **self._row_fields(row))
        held = self._rooms.get(row["room"])
        if held is None:
            return
        if held.in_block:
            self._apply(held, row)
        elif row["rev"] == held.mine + 1:
            held.mine = row["rev"]
            self._apply(held, row)
            if held.has_left:
                self._drop(row["room"])
        elif row["rev"] > held.mine:
            held.waiting.append(row)
            self._sync(row["room"], held.mine)

    @staticmethod
    def _row_fields(row: Fields) -> Fields:
        if row["type"] == "message":
            return {"room": row["room"], **message_fields(row)}
        fields = {"room": row["room"], "rev": row["rev"], "digest": row_digest(row)}
        if row["type"] == "member":
            fields |= {"who": row["user"]["id"], "joined_rev": row["joined_rev"], "left": row.get("left", False)}
        return fields

    def _apply(self, held: Held, row: Fields) -> None:
        if row["type"] == "member" and row["user"]["id"] == self.user:
            held.has_left = row.get("left", False)
        if row["type"] != "message":
            return
        seq = row["seq"]
        if row["rev"] > held.rows.get(seq, (0, ""))[0]:
            held.rows[seq] = (row["rev"], row_digest(row))
        held.seq = max(held.seq, seq)
        if row["author"] == self.user:
            held.read = max(held.read, seq)
            if seq not in held.own[-20:]:
                held.own.append(seq)
            if row.get("deleted") is not None and seq in held.own:
                held.own.remove(seq)

    def _on_synced(self, frame: Fields) -> None:
        room = frame["room"]
        self._journal.write(self._conn, "synced", room=room, rev=frame["rev"])
        self._due.discard(room)
        if not (held := self._rooms.get(room)):
            return
        held.in_block = held.syncing = False
        held.mine = max(frame["rev"], held.mine)
        if held.has_left:
            self._drop(room)
            return
        waiting, held.waiting = held.waiting, []
        for row in waiting:
            if row["rev"] == held.mine + 1:
                held.mine = row["rev"]
                self._apply(held, row)

    def _on_reset(self, frame: Fields) -> None:
        room = frame["room"]
        self._journal.write(self._conn, "reset", room=room, rev=frame["rev"])
        self._due.discard(room)
        if old := self._rooms.get(room):
            self._rooms[room] = Held(frame["rev"], old.seq, old.read)
            self._load(room)

    def _drop(self, room: int) -> None:
        del self._rooms[room]
        self._due.discard(room)

    def _has_read(self, room: int, seq: int) -> None:
        if held := self._rooms.get(room):
            held.read = max(held.read, seq)

    def _answered(self, frame: Fields) -> None:
        asked = self._asked.pop(frame["id"], None)
        if asked is None:
            self._counts["answer to nothing"] += 1
            return
        told = {name: frame[name] for name in ("seq", "rev", "duplicate", "code", "retry_after") if name in frame}
        nonce = {"nonce": asked["nonce"]} if "nonce" in asked else {}
        kind = "ack" if frame["type"] == "ok" else "error"
        self._journal.write(self._conn, kind, op=asked["op"], id=frame["id"], room=asked["room"], **nonce, **told)
        self._counts[f"{asked['op']} {kind}" if kind == "ack" else f"error {frame['code']}"] += 1
        if asked["op"] == "post":
            self._post_answered(asked, frame)
        elif asked["op"] == "read" and kind == "ack":
            self._has_read(asked["room"], frame["seq"])
        elif asked["op"] == "sync" and kind == "error" and (held := self._rooms.get(asked["room"])):
            held.syncing = False

    def _post_answered(self, asked: Fields, frame: Fields) -> None:
        queue = self._outbox.get(asked["room"], deque())
        post = next((post for post in queue if post.nonce == asked["nonce"]), None)
        if post is None:
            return
        if frame["type"] == "error" and frame["code"] in AGAIN:
            post.conn = ""
            post.not_before = self._now() + min(frame.get("retry_after") or 0.1, 5.0)
            self._later(post.not_before - self._now(), queue)
        else:
            queue.remove(post)
            if frame["type"] == "ok":
                self._counts["answered as duplicate"] += bool(frame.get("duplicate"))
                self._has_read(asked["room"], frame["seq"])
            self._pump(queue)

    # --- what is sent ---

    def _later(self, seconds: float, queue: deque[Post]) -> None:
        self._after(seconds + 0.001, lambda: self._pump(queue))

    def _pump(self, queue: deque[Post]) -> None:
        """Send what may be sent: the oldest unless it is under way, or all when pipelined."""
        if not self.is_welcome:
            return
        for post in list(queue) if self._pipelined else list(queue)[:1]:
            if post.conn == self._conn or post.not_before > self._now():
                continue
            post.conn = self._conn
            self._counts["posts sent"] += 1
            self._ask(
                "post", post.room, {"nonce": post.nonce, "hash": text_hash(post.text)}, text=post.text, nonce=post.nonce
            )

    def _sync(self, room: int, rev: int) -> None:
        held = self._rooms[room]
        if not held.syncing and not held.in_block:
            held.syncing = True
            self._ask("sync", room, rev=rev)

    def _load(self, room: int, where: str = "") -> None:
        """Load a page over HTTP, and take it unless the room was dropped or reset in the meantime."""
        self._ids += 1
        self._journal.write(self._conn, "send", op="page", id=self._ids, room=room)
        self._fetch(room, self._rooms[room], self._conn, self._ids, where)

    def _take_page(self, room: int, held: Held, conn: str, number: int, page: Fields) -> None:
        """Take a page, unless the room was dropped or reset in the meantime."""
        if self._rooms.get(room) is held:
            self._journal.write(conn, "page", id=number, **page_fields(page))
            for row in page["messages"]:
                self._apply(held, {"type": "message", **row})
            held.seq = max(held.seq, page["seq"])

    def _say(self, room: int, mark: str, text: str) -> None:
        """Put a message into the outbox, unless that is full; *mark* makes its nonce one that nobody else has."""
        queue = self._outbox.setdefault(room, deque())
        if len(queue) < 5:
            self._count += 1
            queue.append(Post(room, f"{self.name}.{self._count}.{mark}", text))
            self._pump(queue)

    # --- the end ---

    @property
    def is_quiet(self) -> bool:
        return (
            self.is_welcome
            and not self._due
            and not self._asked
            and not self._loading
            and not any(self._outbox.values())
            and not any(held.in_block or held.syncing for held in self._rooms.values())
        )

    def unsettled(self) -> str:
        """Why the device is not quiet, in words."""
        sends = sum(map(len, self._outbox.values()))
        return (
            f"{self.name}: welcome {self.is_welcome}, due {sorted(self._due)}, unanswered "
            f"{list(self._asked.values())[:3]}, outbox {sends}, pages {self._loading}, "
            f"blocks {[room for room, held in self._rooms.items() if held.in_block or held.syncing]}"
        )

    def settle(self) -> None:
        if self.is_welcome:
            self._journal.write(
                self._conn,
                "settled",
                rooms={
                    str(room): {
                        "rev": held.mine,
                        "seq": held.seq,
                        "read": held.read,
                        "unread": held.seq - held.read,
                        "rows": rows_digest((seq, *row) for seq, row in held.rows.items()),
                    }
                    for room, held in self._rooms.items()
                },
            )
