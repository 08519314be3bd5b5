"""The kinds of numbers that must not be mistaken for one another."""

from typing import NewType

UserId = NewType("UserId", int)
RoomId = NewType("RoomId", int)
SessionId = NewType("SessionId", int)
InviteId = NewType("InviteId", int)

Seq = NewType("Seq", int)
"""A message's number in its room: 1, 2, 3 ... without a hole, never reused."""

Rev = NewType("Rev", int)
"""How many changes a room has had; each changed row carries the rev of its latest change."""

Millis = NewType("Millis", int)
"""Wall-clock time: milliseconds since 1970, UTC."""

SERVER = UserId(0)
"""The server itself, where it acts of its own accord: no account has this number."""

MAX_INT = 2**53
"""The largest integer taken from or told to a client (what a JavaScript number holds exactly)."""
