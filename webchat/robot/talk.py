"""Small talk, and what is said where nothing is known."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from webchat.robot.asking import Answer, Asked, echo
from webchat.robot.phrases import any_of, table

TALK_LIMIT = 60
"""The longest saying that may be small talk."""


@attrs.frozen
class Exchange:
    """What was *said*, as a whole, and what may be answered to it."""

    said: re.Pattern[str]
    en: Sequence[str]
    zh: Sequence[str]


TALK = tuple(Exchange(any_of(*entry["said"]), entry["en"], entry["zh"]) for entry in table("talk"))

_OFFERS = (
    ("how do I invite people", "怎么邀请朋友"),
    ("search syntax", "搜索语法"),
    ("shortcuts", "快捷键"),
    ("remind me in 20 minutes to call Anna", "20分钟后提醒我关火"),
    ("remind me tomorrow at 9 to water the plants", "明天早上9点提醒我开会"),
    ("what time is it in Tokyo", "东京现在几点"),
    ("days until 2027-01-01", "距离元旦还有几天"),
    ("15% of 80", "80的15%"),
    ("3 miles in km", "3英里是多少公里"),
    ("roll 2d6+1", "掷骰子"),
    ("flip a coin", "抛硬币"),
    ("choose tea, coffee or water", "吃面还是吃饭"),
)
SUGGESTIONS = 3


def chat(asked: Asked) -> Answer | None:
    """The answer to small talk; None where something else was said."""
    if not 0 < len(asked.plain) <= TALK_LIMIT:
        return None
    if asked.plain.removeprefix("@").lower() in (name.lower() for name in asked.facts.names):
        return Answer(_filled(asked, asked.say("Yes, {name}?", "我在，{name}，有什么事？")), "talk")
    for exchange in TALK:
        if exchange.said.fullmatch(asked.plain):
            return Answer(_filled(asked, asked.pick(exchange.zh if asked.language == "zh" else exchange.en)), "talk")
    return None


def _filled(asked: Asked, saying: str) -> str:
    facts = asked.facts
    name = echo(asked.question.speaker, 40) or asked.say("friend", "朋友")
    return saying.format(name=name, me=echo(facts.names[0]), place=echo(facts.title), version=echo(facts.version))


def admit(asked: Asked) -> Answer:
    """That nothing is known, and three things that are."""
    offers = list(_OFFERS)
    lines = []
    for _ in range(SUGGESTIONS):
        en, zh = offers.pop(asked.chance(len(offers)))
        lines.append(f"- `{asked.say(en, zh)}`")
    head = asked.say(
        "I do not know what to say to that: I am a program that knows only a few things. For example:",
        "这个我不会：我是个程序，会的不多。可以试试：",
    )
    tail = asked.say("“help” shows all of it.", "说“帮助”可以看到全部。")
    return Answer("\n".join([head, *lines, "", tail]), "unknown")
