"""A room as one page of HTML, to read and to print: nothing in it is loaded from elsewhere, and nothing runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape
from typing import Literal

from webchat.model.text import acted
from webchat.model.transfer import End, Head, Line, Person, Place, Said

Language = Literal["en", "zh-CN"]

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "about": "Times are UTC.",
        "members": "Members: {names}",
        "removed": "Older messages have been removed.",
        "deleted": "Message deleted",
        "edited": "edited",
        "reply": "in reply to {seq}",
        "forwarded": "forwarded, first said by {name}",
        "file": "File: {name} ({size} bytes)",
        "empty": "Nothing has been said here yet.",
        "nobody": "Deleted account",
        "comma": ", ",
    },
    "zh-CN": {
        "about": "时间均为 UTC。",
        "members": "成员：{names}",
        "removed": "更早的消息已被清理。",
        "deleted": "消息已删除",
        "edited": "已编辑",
        "reply": "回复 {seq}",
        "forwarded": "转发，原作者：{name}",
        "file": "文件：{name}（{size} 字节）",
        "empty": "这里还没有消息。",
        "nobody": "已注销的用户",
        "comma": "、",
    },
}
_STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif;color:#222}"
    "h1{margin-bottom:0}h2{margin:2rem 0 .5rem;border-top:1px solid #ccc;padding-top:.5rem;font-size:1rem}"
    "article{margin:.75rem 0}.who{font-weight:600}.small{color:#666;font-size:.875rem}"
    ".text{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}"
)


class Transcript:
    """Written as the lines come; names are those of the people who were named before."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language
        self._words = _WORDS[language]
        self._names: dict[int, str] = {}
        self._members: list[str] | None = []
        self._day = ""

    def written(self, lines: Iterable[Line]) -> Iterator[bytes]:
        """The page, in pieces."""
        for line in lines:
            piece = self._piece(line)
            if piece:
                yield piece.encode()

    def _piece(self, line: Line) -> str:
        if isinstance(line, Head):
            return self._beginning(line)
        if isinstance(line, Person):
            self._names[line.number] = line.display_name or self._words["nobody"]
            return ""
        if isinstance(line, Place):
            if self._members is not None and line.left_rev is None:
                self._members.append(self._names[line.person])
            return ""
        if isinstance(line, Said):
            return self._told_members() + self._message(line)
        return self._told_members() + self._end(line)

    def _beginning(self, head: Head) -> str:
        title = escape(head.title)
        parts = [
            f'<!DOCTYPE html>\n<html lang="{self._language}">\n<head>\n<meta charset="utf-8">\n'
            # Even a mistake in the rest could then run nothing.
            '<meta http-equiv="Content-Security-Policy" '
            "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
            '<meta name="viewport" content="width=device-width">\n'
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
            f'<h1 dir="auto">{title}</h1>\n'
        ]
        if head.topic:
            parts.append(f'<p dir="auto">{escape(head.topic)}</p>\n')
        parts.append(f'<p class="small">{self._words["about"]}</p>\n')
        if head.floor:
            parts.append(f'<p class="small">{self._words["removed"]}</p>\n')
        return "".join(parts)

    def _told_members(self) -> str:
        members, self._members = self._members, None
        if not members:
            return ""
        names = escape(self._words["comma"].join(members))
        return f'<p class="small">{self._words["members"].format(names=names)}</p>\n'

    def _message(self, said: Said) -> str:
        moment = datetime.fromtimestamp(said.created / 1000, UTC)
        day, clock = moment.strftime("%Y-%m-%d"), moment.strftime("%H:%M")
        parts = []
        if day != self._day:
            self._day = day
            parts.append(f"<h2>{day}</h2>\n")
        about = [f'<time datetime="{moment.isoformat(timespec="seconds")}">{clock}</time>']
        if said.edited is not None:
            about.append(self._words["edited"])
        if said.reply is not None:
            link = f'<a href="#m-{said.reply}">#{said.reply}</a>'
            about.append(self._words["reply"].format(seq=link))
        if said.extras.forwarded is not None:
            name = self._names.get(said.extras.forwarded.author, self._words["nobody"])
            about.append(self._words["forwarded"].format(name=escape(name)))
        parts.append(
            f'<article id="m-{said.seq}"><div><span class="who" dir="auto">{escape(self._names[said.author])}</span> '
            f'<span class="small">{" · ".join(about)}</span></div>\n'
        )
        if said.deleted is not None:
            parts.append(f'<p class="small">{self._words["deleted"]}</p>\n')
        elif said.extras.action:
            first = said.author if said.extras.forwarded is None else said.extras.forwarded.author
            words = acted(self._names.get(first, self._words["nobody"]), said.text)
            parts.append(f'<p class="text" dir="auto"><em>{escape(words)}</em></p>\n')
        elif said.text:
            parts.append(f'<p class="text" dir="auto">{escape(said.text)}</p>\n')
        for file in said.extras.files:
            told = self._words["file"].format(name=escape(file.name), size=file.size)
            parts.append(f'<p class="small" dir="auto">{told}</p>\n')
        if said.extras.reactions:
            given = " ".join(f"{escape(one.emoji)} {one.count}" for one in said.extras.reactions)
            parts.append(f'<p class="small">{given}</p>\n')
        parts.append("</article>\n")
        return "".join(parts)

    def _end(self, end: End) -> str:
        nothing = "" if end.messages else f'<p class="small">{self._words["empty"]}</p>\n'
        return f"{nothing}</body>\n</html>\n"
