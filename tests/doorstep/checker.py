"""Judges a run by the logs of its clients and the final history: was anything lost, doubled, reordered or leaked?

    python -m tests.doorstep.checker DIR

Nothing here knows the server's inside.  DIR holds `clients/*.jsonl` (one file a device, written by `client.py`; its
lines are described in `logs.py`), `history.json` (fetched over HTTP when all was quiet) and `run.json` (seed and
command).
"""

# ruff: noqa: T201  a command: it prints
from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.doorstep.logs import ROWS, Fields, Line, Run, Violation, load
from tests.doorstep.replay import Memberships, Replay
from tests.doorstep.timeline import Sent, Timeline

# The answers after which the server may or may not hold the message: the outcome of an *earlier* attempt stands.
PASSING_REFUSALS = frozenset({"retry", "rate_limited", "busy", "unavailable", "internal", "unauthenticated"})
WINDOW = 12


def check_sends(run: Run, timeline: Timeline) -> Iterator[Violation]:
    """I3 to I6: what was acknowledged is there once, what was refused is not, and nobody sent what nobody sent."""
    stored: dict[tuple[int, int, str | None], list[Fields]] = defaultdict(list)
    for name, room in run.history["rooms"].items():
        for row in room["messages"]:
            stored[int(name), row["author"], row["nonce"]].append(row)
    hashes: dict[tuple[int, int, str | None], set[str]] = defaultdict(set)
    acked = {sent.key for sent in timeline.sent.values() if sent.ack}
    for sent in timeline.sent.values():
        # Of several texts with one nonce only the acknowledged one may be there.
        if sent.ack or sent.key not in acked:
            hashes[sent.key].add(sent.hash)
        yield from _judge_send(sent, stored.get(sent.key, []))
    edits = _edits_of(timeline)
    for key, rows in stored.items():
        for row in rows:
            if key not in hashes:
                yield Violation(
                    "I4", f"room {key[0]}: nobody sent message {row['seq']} (author {key[1]}, nonce {key[2]})"
                )
            elif not row.get("deleted") and row["hash"] not in _allowed(hashes[key], edits.get((key[0], row["seq"]))):
                lines = [sent.began for sent in timeline.sent.values() if sent.key == key][:2]
                yield Violation(
                    "I4", f"room {key[0]}: message {row['seq']} has another text than was sent", tuple(lines)
                )


def _judge_send(sent: Sent, rows: list[Fields]) -> Iterator[Violation]:
    room, author, nonce = sent.key
    about = f"room {room}, author {author}, nonce {nonce}"
    acks = [line for line in sent.answers if line["kind"] == "ack"]
    if acks:
        if len({line["seq"] for line in acks}) > 1:
            yield Violation("I3", f"{about}: acknowledged with several seqs", tuple(acks))
        elif len(rows) != 1:
            yield Violation(
                "I3",
                f"{about}: acknowledged, and stored {len(rows)} times: {[row['seq'] for row in rows]}",
                (sent.began, *acks),
            )
        elif rows[0]["seq"] != acks[0]["seq"]:
            yield Violation(
                "I3", f"{about}: acknowledged as {acks[0]['seq']}, stored as {rows[0]['seq']}", (sent.began, *acks)
            )
    elif len(rows) > 1:
        yield Violation("I5", f"{about}: not acknowledged, stored {len(rows)} times", (sent.began,))
    elif rows and sent.answers and rows[0]["hash"] == sent.hash:
        refusal = sent.answers[-1]
        if refusal["code"] not in PASSING_REFUSALS or (
            refusal["code"] not in ("retry", "internal")
            and len(sent.answers) == sent.attempts
            and not any(line["code"] in ("retry", "internal") for line in sent.answers)
        ):
            yield Violation(
                "I6", f"{about}: refused with {refusal['code']}, stored as {rows[0]['seq']}", (sent.began, refusal)
            )


def _edits_of(timeline: Timeline) -> dict[tuple[int, int], list[tuple[Line, Line | None]]]:
    edits: dict[tuple[int, int], list[tuple[Line, Line | None]]] = defaultdict(list)
    for asked, answer in timeline.changes:
        refused = answer is not None and answer["kind"] == "error" and answer["code"] not in PASSING_REFUSALS
        if asked["op"] == "edit" and not refused:
            edits[asked["room"], asked["seq"]].append((asked, answer))
    return edits


def _allowed(posted: set[str], edits: list[tuple[Line, Line | None]] | None) -> set[str]:
    """The texts a message may end with: its last acknowledged edit's, or that of one whose outcome nobody knows."""
    if not edits:
        return posted
    known = [(answer["rev"], asked["hash"]) for asked, answer in edits if answer is not None and "rev" in answer.fields]
    unknown = {asked["hash"] for asked, answer in edits if answer is None or "rev" not in answer.fields}
    return unknown | ({max(known)[1]} if known else posted)


def check_order(run: Run, timeline: Timeline) -> Iterator[Violation]:
    """I9 and I10: a reply comes after its cause, and a device's messages stand in the order in which it sent them."""
    stored = {
        (int(name), row["author"], row["nonce"]): row["seq"]
        for name, room in run.history["rooms"].items()
        for row in room["messages"]
    }
    devices: dict[tuple[str, int], tuple[int, Sent]] = {}
    for sent in sorted(timeline.sent.values(), key=lambda sent: sent.began["t"]):
        seq = sent.ack["seq"] if sent.ack else stored.get(sent.key)
        if seq is None:
            continue
        if seq <= sent.floor:
            yield Violation(
                "I9",
                f"room {sent.key[0]}: message {seq} was sent after {sent.floor} had been acknowledged",
                tuple(x for x in (sent.floor_line, sent.began, sent.ack) if x),
            )
        if sent.pipelined and not (sent.attempts == 1 and sent.ack):
            continue
        before = devices.get((sent.client, sent.key[0]))
        if before and before[0] > seq:
            # A send that began after the other was acknowledged has been reported as I9.
            if seq > sent.floor:
                yield Violation(
                    "I10",
                    f"room {sent.key[0]}: {sent.client} sent {before[0]} before {seq}",
                    (before[1].began, sent.began),
                )
        else:
            devices[sent.client, sent.key[0]] = (seq, sent)


# --- the history -----------------------------------------------------------------------------------------------------


def check_history(run: Run) -> dict[int, list[Violation]]:
    """I7 by room: from the floor on without a hole, one row a rev, and every way of paging shows the same."""
    found = {int(name): list(_judge_history(name, room)) for name, room in run.history["rooms"].items()}
    return {room: violations for room, violations in found.items() if violations}


def _judge_history(name: str, room: Fields) -> Iterator[Violation]:
    rows = room["messages"]
    seqs = [row["seq"] for row in rows]
    first = room.get("floor", 0) + 1
    if seqs != list(range(first, room["seq"] + 1)):
        odd = sorted(set(range(first, room["seq"] + 1)) ^ set(seqs))[:5] or [
            s for s, n in Counter(seqs).items() if n > 1
        ]
        yield Violation("I7", f"room {name}: history is not {first}..{room['seq']}, see {odd}")
        return
    revs = Counter(row["rev"] for row in rows)
    if twice := [rev for rev, n in revs.items() if n > 1]:
        yield Violation("I7", f"room {name}: several messages at rev {twice[:5]}")
    if revs and max(revs) > room["rev"]:
        yield Violation("I7", f"room {name}: rev {max(revs)} in a room at {room['rev']}")
    forward = {row["seq"]: [row["seq"], row["rev"], row["digest"]] for row in rows}
    for way in ("backward", "around"):
        odd = [row for row in room[way] if forward.get(row[0]) != list(row)]
        if odd or (way == "backward" and len(room[way]) != len(rows)):
            yield Violation("I7", f"room {name}: read {way}, {len(room[way])} rows, {odd[:3]} differ")


def check_rows(run: Run, odd_rooms: frozenset[int]) -> Iterator[Violation]:
    """I8 and I13: one rev is one row for everybody; what anybody was shown is there, at that rev or a later one."""
    seen: dict[tuple[str, int, int], tuple[tuple[str, int], str, Line | None]] = {}
    epoch = run.history["epoch"]
    for name, room in run.history["rooms"].items():
        for row in room["messages"] if int(name) not in odd_rooms else ():
            seen.setdefault((epoch, int(name), row["rev"]), (("message", row["seq"]), row["digest"], None))
    final = {
        int(name): {row["seq"]: row["rev"] for row in room["messages"]} for name, room in run.history["rooms"].items()
    }
    ends = {int(name): room["rev"] for name, room in run.history["rooms"].items()}
    lost: set[tuple[int, int]] = set()
    for at, room, row, line in _shown_rows(run):
        key = ("message", row["seq"]) if row.get("row", "message") == "message" else (row["row"], row.get("who") or 0)
        known = seen.setdefault((at, room, row["rev"]), (key, row["digest"], line))
        if known[:2] != (key, row["digest"]):
            yield Violation(
                "I8",
                f"room {room} rev {row['rev']} is {known[0]} for one and {key} for another, or differs",
                tuple(x for x in (known[2], line) if x),
            )
        if at != epoch or room not in final:
            continue
        gone = key[0] == "message" and final[room].get(key[1], 0) < row["rev"]
        if (gone or row["rev"] > ends[room]) and (room, row["rev"]) not in lost:
            lost.add((room, row["rev"]))
            yield Violation(
                "I13", f"room {room}: {key[0]} {key[1]} was shown at rev {row['rev']} and is not there", (line,)
            )


def _shown_rows(run: Run) -> Iterator[tuple[str, int, Mapping[str, Any] | Line, Line]]:
    for lines in run.clients.values():
        epoch = ""
        for line in lines:
            if line["kind"] == "welcome":
                epoch = line["epoch"]
            elif line["kind"] == "event" and line["row"] in ROWS:
                yield epoch, line["room"], line, line
            elif line["kind"] == "page":
                for row in line["rows"]:
                    yield line["epoch"], line["room"], row, line


def check_changes(run: Run, timeline: Timeline) -> Iterator[Violation]:
    """I13 for edits and deletes: an acknowledged change is there, or a later one of the same message."""
    rows = {(int(name), row["seq"]): row for name, room in run.history["rooms"].items() for row in room["messages"]}
    for asked, answer in timeline.changes:
        if answer is None or answer["kind"] != "ack":
            continue
        row = rows.get((asked["room"], asked["seq"]))
        if row and asked["op"] == "delete" and not row.get("deleted") and row["rev"] > answer["rev"]:
            yield Violation(
                "I14",
                f"room {asked['room']}: message {asked['seq']} was deleted at rev {answer['rev']} "
                f"and is back at {row['rev']}",
                (asked, answer),
            )
        elif (
            row is None
            or row["rev"] < answer["rev"]
            or (asked["op"] == "delete" and row["rev"] == answer["rev"] and not row.get("deleted"))
        ):
            yield Violation(
                "I13",
                f"room {asked['room']}: the acknowledged {asked['op']} of message {asked['seq']} at "
                f"rev {answer['rev']} is lost",
                (asked, answer),
            )


# --- all of it -------------------------------------------------------------------------------------------------------


def judge(run: Run) -> list[Violation]:
    """Every violation of the run, those of the streams first."""
    memberships, timeline, odd = Memberships(run), Timeline(run), check_history(run)
    odd_rooms = frozenset(odd)
    found: list[Violation] = []
    for lines in run.clients.values():
        found += Replay(run, memberships, odd_rooms).follow(lines)
    found += timeline.found
    found += check_sends(run, timeline)
    found += check_order(run, timeline)
    found += (violation for violations in odd.values() for violation in violations)
    found += check_rows(run, odd_rooms)
    found += check_changes(run, timeline)
    return found


def figures(run: Run) -> Counter[str]:
    """How much was judged: a verdict over nothing is worth nothing."""
    counts: Counter[str] = Counter()
    for lines in run.clients.values():
        for line in lines:
            counts[line["kind"]] += 1
            if line["kind"] in ("send", "ack") and line["op"] == "post":
                counts["posts sent" if line["kind"] == "send" else "posts acked"] += 1
                counts["answered as duplicate"] += bool(line.get("duplicate"))
            elif line["kind"] == "error":
                counts["error " + line["code"]] += 1
            elif line["kind"] == "close":
                counts[f"close {line['code']}"] += 1
    counts["devices"] = len(run.clients)
    counts["messages stored"] = sum(len(room["messages"]) for room in run.history["rooms"].values())
    return counts


def report(run: Run, found: list[Violation]) -> str:
    """What a person reads: figures, then each invariant's first violations with their windows, then how to repeat."""
    lines = [", ".join(f"{name} {count}" for name, count in sorted(figures(run).items()))]
    per_kind: Counter[str] = Counter(violation.invariant for violation in found)
    shown: Counter[str] = Counter()
    for violation in found:
        shown[violation.invariant] += 1
        if shown[violation.invariant] <= 3:
            trimmed = Violation(violation.invariant, violation.text, violation.lines[:WINDOW])
            lines.append(f"seed {run.about.get('seed')}: {trimmed}")
    lines += [f"{invariant}: {count} violations" for invariant, count in sorted(per_kind.items())]
    if found and "command" in run.about:
        lines.append(f"again: {run.about['command']}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__)
        return 2
    run = load(Path(arguments[0]))
    found = judge(run)
    print(report(run, found))
    print(f"{len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
