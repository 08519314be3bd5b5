"""Slash commands: how a line is read, which are built in, and what they answer, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal, NamedTuple, get_args

from webchat.model.refusals import BadName
from webchat.model.users import Locale

NoticeCode = Literal["help", "who", "invited", "topic", "away", "back", "asked", "absent", "reply", "no_answer"]
BuiltIn = Literal["help", "me", "shrug", "who", "away", "invite", "topic"]

HINT_LIMIT, DESCRIPTION_LIMIT = 60, 160
MOST_SUGGESTED = 3
SHRUG = r"¯\\\_(ツ)\_/¯"
"""As Markdown, which would take the bare one's strokes for its own marks."""

_SIGNS = r"a-z0-9_\-\u3400-\u4dbf\u4e00-\u9fff"
_NAME = re.compile(rf"[{_SIGNS}]{{1,32}}")
# A path (/etc/hosts) is none, nor is a stroke alone.
_LINE = re.compile(rf"[/／]([{_SIGNS}]{{1,32}})(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)


class Line(NamedTuple):
    """A command as it was given: its name, folded, and what follows, without the blanks around it."""

    name: str
    rest: str


def read_line(text: str) -> Line | None:
    """The command in *text*; None where it is none."""
    found = _LINE.fullmatch(text.strip())
    return Line(found[1].lower(), (found[2] or "").strip()) if found else None


def is_said(text: str) -> bool:
    """Whether *text* begins with two slashes: what follows the first of them is to be posted as it stands."""
    return text.lstrip()[:2] in ("//", "／／", "/／", "／/")


def said(text: str) -> str:
    """What a line that `is_said` says."""
    return text.lstrip()[1:]


def command_name(name: str) -> str:
    """*name* as it is stored, without a slash.  Raises BadName for one that cannot be written, or is built in."""
    name = name.lower()
    if not _NAME.fullmatch(name):
        raise BadName("A command has 1 to 32 letters a to z, digits, - and _, or Chinese signs.", field="name")
    if name in BUILT_IN:
        raise BadName("This command is built in.", field="name")
    return name


def suggestions(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those of the *known* names that may have been meant by *name*, the likeliest first."""
    return tuple(get_close_matches(name, sorted(known), MOST_SUGGESTED, 0.6))


class Described(NamedTuple):
    """What may follow a command, and what it does."""

    hint: str
    description: str


DESCRIBED: dict[Locale, dict[BuiltIn, Described]] = {
    "en": {
        "help": Described("[command]", "Shows what can be asked for here"),
        "me": Described("what you do", "Says what you do: “Mei waves”"),
        "shrug": Described("[text]", "Says it with a shrug"),
        "who": Described("", "Shows who is here now"),
        "away": Described("[on|off]", "Shows you as away, or no more"),
        "invite": Described("@name …", "Brings people into this room"),
        "topic": Described("[text]", "Shows the topic of this room, or changes it"),
    },
    "zh-CN": {
        "help": Described("[命令]", "显示这里可用的命令"),
        "me": Described("动作", "描述你在做什么，例如“小美 挥挥手”"),
        "shrug": Described("[文字]", "附上一个耸肩的表情"),
        "who": Described("", "看看现在谁在线"),
        "away": Described("[on|off]", "显示为离开，或取消离开"),
        "invite": Described("@名字 …", "邀请成员加入这个房间"),
        "topic": Described("[文字]", "查看或修改房间简介"),
    },
}
BUILT_IN: tuple[BuiltIn, ...] = get_args(BuiltIn)

WORDS: dict[Locale, dict[str, str]] = {
    "en": {
        "who": "Here now ({count}): {names}",
        "who_more": "Here now, among others: {names}",
        "who_none": "Nobody is here now.",
        "invited": "{names} can now read and write here.",
        "topic": "The topic: {topic}",
        "topic_none": "This room has no topic.",
        "topic_set": "The topic is now: {topic}",
        "away": "You are shown as away. /away off ends that.",
        "back": "You are shown as you are again.",
        "asked": "{bot} has been asked.",
        "absent": "{bot} is not here at the moment.",
        "no_answer": "{bot} has not answered /{command}.",
        "comma": ", ",
        "away_mark": "{name} (away)",
        "help_line": "/{usage} – {description}",
        "help_of": "/{usage} – {description} (by {bot})",
    },
    "zh-CN": {
        "who": "现在在线（{count} 人）：{names}",
        "who_more": "现在在线的有：{names}等",
        "who_none": "现在没有人在线。",
        "invited": "{names} 已加入，可以在这里阅读和发言了。",
        "topic": "简介：{topic}",
        "topic_none": "这个房间还没有简介。",
        "topic_set": "简介已改为：{topic}",
        "away": "你现在显示为离开。输入 /away off 即可取消。",
        "back": "已取消离开状态。",
        "asked": "已转达给{bot}。",
        "absent": "{bot}现在不在。",
        "no_answer": "{bot}没有回应 /{command}。",
        "comma": "、",
        "away_mark": "{name}（离开）",
        "help_line": "/{usage} – {description}",
        "help_of": "/{usage} – {description}（来自{bot}）",
    },
}


def worded(language: Locale, key: str, **values: object) -> str:
    """The sentence *key* in *language*."""
    return WORDS[language][key].format_map(values)
