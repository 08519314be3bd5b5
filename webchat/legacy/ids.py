"""How people, messages and rooms are named to the older clients: a fixed mapping of our numbers, and back.

`express` takes ids of 24 hexadecimal digits, orders them as texts, and calls a conversation of two by the larger one,
a hyphen, and the smaller one.
"""

from __future__ import annotations

import re

from webchat.model.ids import MAX_INT, RoomId, Seq, UserId
from webchat.model.refusals import NoSuchRoom, NoSuchUser

_HEX = re.compile(r"[0-9a-f]{24}")
_NUMBERED = re.compile(r"(?:room)?([12])")


def user_id(user: UserId) -> str:
    """What *user* is called."""
    return f"{user:024x}"


def read_user(text: str) -> UserId:
    """Whom *text*, which `user_id` made, means.  Raises NoSuchUser."""
    if not _HEX.fullmatch(text) or not 0 < int(text, 16) <= MAX_INT:
        raise NoSuchUser
    return UserId(int(text, 16))


def message_id(room: RoomId, seq: Seq) -> str:
    """What message *seq* of *room* is called, live as in the history."""
    return f"{room:012x}{seq:012x}"


def read_message(text: str) -> tuple[RoomId, Seq] | None:
    """Which message `message_id` called *text*; None if that is no such name."""
    if not _HEX.fullmatch(text):
        return None
    return RoomId(int(text[:12], 16)), Seq(int(text[12:], 16))


def room_name(number: int) -> str:
    """How `express`, and the unread counts of both, call room *number*."""
    return f"room{number}"


def direct_name(one: UserId, other: UserId) -> str:
    """How the conversation of two people is called."""
    return "-".join(sorted((user_id(one), user_id(other)), reverse=True))


def read_number(text: str) -> int | None:
    """The room's number in `1` or `room1`; None in what is no such name."""
    found = _NUMBERED.fullmatch(text)
    return int(found[1]) if found else None


def read_direct(text: str, reader: UserId) -> UserId:
    """With whom *reader* talks in the conversation called *text*, in either order.

    Raises NoSuchRoom, also where she is none of the two.
    """
    try:
        two = [read_user(one) for one in text.split("-")]
    except NoSuchUser:
        raise NoSuchRoom from None
    if len(two) != 2 or reader not in two or two[0] == two[1]:
        raise NoSuchRoom
    return two[0] if two[1] == reader else two[1]
