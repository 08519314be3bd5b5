"""The links of a text, as far as they are worth a look."""

from __future__ import annotations

import re

MOST_LINKS = 3
LINK_LIMIT = 2_000
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
# ASCII alone: a browser writes other letters so, and what follows a link in Chinese needs no space before it.
_LINK = re.compile(r"(?<![\w@])https?://[!#-;=?-Z_a-z~%\[\]]+", re.ASCII)


def links_in(text: str) -> list[str]:
    """The first few http(s) links of *text*, each once; those in code are none."""
    found: dict[str, None] = {}
    for match in _LINK.finditer(_CODE.sub(" ", text)):
        link = _without_end(match[0])
        if len(link) <= LINK_LIMIT and link.partition("://")[2]:
            found[link] = None
    return list(found)[:MOST_LINKS]


def _without_end(link: str) -> str:
    """*link* without what ends the sentence it stands in, or the brackets around it."""
    while link and _is_behind(link):
        link = link[:-1]
    return link


def _is_behind(link: str) -> bool:
    """Whether the last sign of *link* belongs to the sentence."""
    last = link[-1]
    if last == ")":
        return link.count("(") < link.count(")")
    return last in ".,:;!?'*_~" or (last == "]" and "[" not in link)
