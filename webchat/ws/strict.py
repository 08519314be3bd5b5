"""JSON from strangers whose shape is not known beforehand: read strictly, or refused."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import msgspec

from webchat.model.ids import MAX_INT
from webchat.model.refusals import BadRequest

MAX_DEPTH = 16
MAX_ITEMS = 1_000
"""Members of objects and items of lists, all together."""

_ANY = msgspec.json.Decoder()


class NotJson(ValueError):
    """It is not even JSON (RFC 8259)."""


def read(payload: str | bytes) -> Any:
    """The value of *payload*, plain Python; of a name that stands twice the last value counts.

    Raises NotJson, and BadRequest for JSON that cannot be taken: nested deeper than MAX_DEPTH, of more than MAX_ITEMS
    items, with an integer beyond 2**53, a NUL, or half of a surrogate pair.
    """
    try:
        value = _ANY.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _why_not(payload) from error
    except RecursionError as error:
        raise BadRequest("The JSON is nested too deeply.") from error
    _check(value)
    return value


def _why_not(payload: str | bytes) -> Exception:
    """JavaScript writes half a surrogate pair as JSON, which msgspec takes for no JSON at all."""
    try:
        # Numbers are not made: Python has an error of its own for those of thousands of digits.
        json.loads(payload, parse_constant=_no_constant, parse_int=len)
    except RecursionError:
        return BadRequest("The JSON is nested too deeply.")
    except ValueError:
        return NotJson("This is not JSON.")
    return BadRequest("The JSON holds a text or a number that cannot be kept.")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _check(value: Any) -> None:
    """Raises BadRequest; level by level, so that depth costs no recursion."""
    level, depth, items = [value], 0, 0
    while level:
        below: list[Any] = []
        for one in level:
            kind = type(one)
            if kind is str:
                if "\0" in one:
                    raise BadRequest("A text holds characters that cannot be shown.")
            elif kind is int:
                if abs(one) > MAX_INT:
                    raise BadRequest("A number is too large.")
            elif kind is list or kind is dict:
                if depth == MAX_DEPTH:
                    raise BadRequest("The JSON is nested too deeply.")
                items += len(one)
                below += one
                if kind is dict:
                    below += one.values()
        if items > MAX_ITEMS:
            raise BadRequest("The JSON has too many members.")
        level, depth = below, depth + 1
