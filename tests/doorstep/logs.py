"""What a client writes down, and how a run of many clients is read back.

A client writes a line *before* it acts on it:

    {t, client, user, conn, kind, room, seq, rev, nonce, hash, epoch, duplicate, code, ...}

`t` is one monotonic clock for all; `hash` is that of a text, `digest` that of a whole row.  The kinds are

    open (pipelined) · hello (rooms: id -> rev) · welcome (rooms: id -> [seq, rev, read, joined_rev])
    send, ack, error (op, id) · event (row: message member room joined read typing) · syncing · synced · reset
    page (rows) · close (code) · settled (rooms: id -> {rev, seq, read, unread, rows}): what the device shows at the end
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Events that carry a rev.
ROWS = frozenset({"message", "member", "room"})

Fields = dict[str, Any]


def text_hash(text: str) -> str:
    """How a text appears in a log: the log must not hold what people write."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def row_digest(row: Mapping[str, Any]) -> str:
    """How a whole row appears in a log.  A person's card is left out of it: it changes without a rev."""
    kept = {name: value for name, value in row.items() if name not in ("type", "user") and value is not None}
    if isinstance(user := row.get("user"), Mapping):
        kept["user"] = user["id"]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def rows_digest(rows: Iterable[tuple[int, int, str]]) -> str:
    """All rows of a room that a device holds, (seq, rev, digest) each, in one word."""
    return hashlib.sha256(json.dumps(sorted(rows)).encode()).hexdigest()[:16]


def message_fields(row: Mapping[str, Any]) -> Fields:
    """A message's row as log and history hold it."""
    fields = {
        "seq": row["seq"],
        "rev": row["rev"],
        "author": row["author"],
        "nonce": row.get("nonce"),
        "hash": text_hash(row["text"]),
        "digest": row_digest(row),
    }
    if row.get("deleted") is not None:
        fields["deleted"] = True
    return fields


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a client's log, and where it stands."""

    file: str
    number: int
    fields: Fields

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.fields.get(name, default)

    def __str__(self) -> str:
        shown = {name: value for name, value in self.fields.items() if name not in ("client", "user")}
        text = json.dumps(shown)
        return f"{self.file}:{self.number} {text if len(text) < 400 else text[:400] + ' …'}"


@dataclass(frozen=True)
class Violation:
    """An invariant that does not hold, and the fewest log lines that show it."""

    invariant: str
    text: str
    lines: tuple[Line, ...] = ()

    def __str__(self) -> str:
        return "\n".join([f"{self.invariant} {self.text}", *(f"    {line}" for line in self.lines)])


@dataclass
class Run:
    """All that is judged: the devices' lines, in the order in which each wrote them, and the final history.

    *history* is `{epoch, rooms: {id: {seq, rev, messages, backward, around}}, users: {id: {room: {seq, rev, read}}}}`:
    *messages* read forward by pages; *backward* and *around* as [seq, rev, digest], read the other two ways.
    """

    clients: dict[str, list[Line]]
    history: Fields
    about: Fields = field(default_factory=dict)


def load(directory: Path) -> Run:
    """The run that was written to *directory*; a line that the end of a client cut short is left out."""
    clients = {}
    for path in sorted((directory / "clients").glob("*.jsonl")):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        clients[path.stem] = [
            Line(path.name, number, json.loads(line)) for number, line in enumerate(lines, 1) if line.endswith("\n")
        ]
    history = json.loads((directory / "history.json").read_text("utf-8"))
    about = directory / "run.json"
    return Run(clients, history, json.loads(about.read_text("utf-8")) if about.exists() else {})
