"""Phrases by which the skills know what is asked, in the code and in tables beside it."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any


def any_of(*patterns: str) -> re.Pattern[str]:
    """What matches any of *patterns*, in letters of either case.

    A word ends where Chinese begins, as it does for who writes 支持markdown吗: only Latin signs count as a word's.
    """
    return re.compile("|".join(patterns), re.IGNORECASE | re.ASCII)


def table(name: str) -> list[dict[str, Any]]:
    """The entries of `<name>.toml` of this package, which are read once, when the module that uses them is imported."""
    text = files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = tomllib.loads(text)[name]
    return entries


def said_in(found: re.Match[str]) -> str:
    """What the group of *found* holds that matched: of groups in several patterns only one does."""
    return next(group for group in found.groups() if group is not None).strip()
