"""Accounts behind which is a program, and what their tokens may be used for."""

from __future__ import annotations

from typing import Literal, get_args

Scope = Literal["read", "write", "rooms"]
"""read: to hear and look things up; write: to post, edit, delete, react, upload; rooms: to make, join, change rooms."""
Need = Scope | Literal["all"]
"""What a token must be good for; all: for everything, so one without scopes."""

SCOPES: tuple[Scope, ...] = get_args(Scope)


def read_scopes(stored: str | None) -> frozenset[Scope] | None:
    """The scopes of a token as they are stored, in words with blanks; None: it may be used for everything."""
    return None if stored is None else frozenset(one for one in SCOPES if one in stored.split())


def written(scopes: frozenset[Scope] | None) -> str | None:
    """What `read_scopes` reads."""
    return None if scopes is None else " ".join(one for one in SCOPES if one in scopes)
