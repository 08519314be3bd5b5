"""What the robot is asked, what it answers, and the question as its skills see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from webchat.model.ids import Millis, RoomId, Seq

QUESTION_LIMIT = 2_000
"""How many signs of a question are read; what stands behind them is not."""
PHRASE_LIMIT = 200
"""The longest question that anything but a reminder, a choice or a sum is found in."""
ECHO_LIMIT = 120
"""How many signs of somebody's own words an answer repeats."""
LATE = 600_000
"""ms after which nobody in a room waits for an answer any more; in a conversation of two it is given however late."""

Chance = Callable[[int], int]
"""A number from 0 up to, and not including, the one given: `secrets.randbelow`."""
Language = Literal["en", "zh"]
Kind = Literal["reminder", "chance", "unit", "number", "sum", "time", "help", "talk", "unknown"]


@attrs.frozen
class Facts:
    """What the robot knows of itself and of where it lives."""

    title: str
    """The name of the server."""
    version: str
    names: tuple[str, ...] = ("大白",)
    """What it is called, at least one; the first is what it calls itself."""
    model: str = ""
    """The language model that answers what the robot itself does not; '' where there is none."""


@attrs.frozen
class Reminder:
    """One that is still to come, with the number its owner knows it by."""

    number: int
    due: Millis
    text: str


@attrs.frozen
class SetReminder:
    """Say *text* to the speaker at *due*."""

    due: Millis
    text: str


@attrs.frozen
class CancelReminders:
    """Forget the speaker's reminders with these numbers, all of which are open."""

    numbers: tuple[int, ...]


Action = SetReminder | CancelReminders


@attrs.frozen
class Question:
    """What somebody said to the robot.

    *zone*: a name of the IANA database; None, and any name that is unknown, means UTC, and answers then say so.
    *reminders*: all that are open for the speaker.
    """

    text: str
    now: Millis
    zone: str | None = None
    locale: str = "en"
    speaker: str = ""
    reminders: Sequence[Reminder] = ()


@attrs.frozen
class Answer:
    """What the robot says, as Markdown, and what is to be done so that it is true."""

    text: str
    kind: Kind
    action: Action | None = None


@attrs.frozen
class Asked:
    """A question made ready for the skills.

    *said* is what was written without what is only polite; *plain* is the same with signs of full width made
    ordinary, and traditional ones simplified.  Both are equally long, so that what is found in one can be cut out
    of the other.  *whole* is all that was read, with signs as in *plain*.
    """

    question: Question
    facts: Facts
    chance: Chance
    said: str
    plain: str
    whole: str
    language: Language
    now: datetime
    """By the speaker's clock."""

    @property
    def is_short(self) -> bool:
        """Whether a phrase may be looked for in it."""
        return 0 < len(self.plain) <= PHRASE_LIMIT

    @property
    def knows_zone(self) -> bool:
        """Whether the speaker's clock is known, and not only UTC."""
        return self.now.tzinfo is not UTC or self.question.zone == "UTC"

    def say(self, en: str, zh: str) -> str:
        """The one that is in the language of the question."""
        return zh if self.language == "zh" else en

    def pick(self, sayings: Sequence[str]) -> str:
        """One of them, by chance."""
        return sayings[self.chance(len(sayings))]


def ask(question: Question, facts: Facts, chance: Chance) -> Asked:
    """*question* as the skills see it."""
    text = question.text[:QUESTION_LIMIT]
    whole = _plain(text)
    start, end = _heart(whole, facts.names)
    said, plain = text[start:end], whole[start:end]
    zone: tzinfo = zone_called(question.zone) or UTC
    now = datetime.fromtimestamp(question.now / 1000, zone)
    return Asked(question, facts, chance, said, plain, whole, language_of(said, question.locale), now)


def zone_called(name: str | None) -> ZoneInfo | None:
    """The time zone of this name; None where there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name that is a path, or a folder of the database
        return None


_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile("[A-Za-z\u00c0-\u024f]+")


def nonce_of(room: RoomId, seq: Seq) -> str:
    """With which the robot answers message *seq* of *room*: once."""
    return f"robot:{room}:{seq}"


def language_of(text: str, locale: str) -> Language:
    """Chinese where there is a Chinese sign for every Latin word; *locale* where there is neither."""
    signs, words = len(_HAN.findall(text)), len(_WORD.findall(text))
    if signs == words == 0:
        return "zh" if locale.lower().startswith("zh") else "en"
    return "zh" if signs >= words else "en"


def echo(text: str, limit: int = ECHO_LIMIT) -> str:
    """Somebody's own words on one line: no Markdown in them counts, and nobody is mentioned by them."""
    line = " ".join(text.split())
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return _MARKUP.sub(r"\\\g<0>", line.replace("＠", "@"))


_MARKUP = re.compile(r"[\\`*_~|\[\]<>#@!&]")

_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {
    0x3000: " ", 0x00A0: " ", ord("’"): "'", ord("‘"): "'", ord("“"): '"', ord("”"): '"', ord("–"): "-", ord("−"): "-",
    ord("\t"): " ", ord("\n"): " ", ord("\r"): " ",
}  # fmt: skip


# Traditional signs of words that the skills look for, and the simplified ones that stand for them there.
_TRADITIONAL = (
    "拋於幾點時鐘後個兩週號為麼嗎還選擲幣隨機氣請問謝說話誰轉換進羅馬數萬億聽開關間現裡裏從來過離減無錢禮節聖"
    "誕國慶勞動兒閏東紐約倫爾韓臺灣門廣蘇廈漢寧頓該買聯繫圖檔傳語訊彈錄權線設帳戶碼導發髒頭顯訂鬧鈴決紅綠"
    "藍飯麵張會長歲葉難傷單純樂視編輯銷靜註種應麥風級標記鍵盤"
)
_SIMPLIFIED = (
    "抛于几点时钟后个两周号为么吗还选掷币随机气请问谢说话谁转换进罗马数万亿听开关间现里里从来过离减无钱礼节圣"
    "诞国庆劳动儿闰东纽约伦尔韩台湾门广苏厦汉宁顿该买联系图档传语讯弹录权线设帐户码导发脏头显订闹铃决红绿"
    "蓝饭面张会长岁叶难伤单纯乐视编辑销静注种应麦风级标记键盘"
)
_ORDINARY = str.maketrans(_WIDE) | str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def _plain(text: str) -> str:
    return text.translate(_ORDINARY)


_BEFORE = "|".join(
    (
        r"(?:[\s,!:;、。]|\.(?![0-9]))+",
        r"(?:hey|ok(?:ay)?)\b(?=.)",
        r"(?:please|pls|kindly)\b",
        r"(?:could|can|would|will) you (?:please |kindly )?"
        r"(?=tell|remind|roll|flip|toss|pick|choose|convert|calculate|compute|give|help)",
        r"do you know(?= (?:what|how|when|which)\b)",
        # `tell me a joke` is asked for, and not only polite.
        r"(?:tell me|let me know|i(?:'d| would)? (?:want|like) to know)\b(?! (?:an?|another|one|more|something)\b)",
        "请问|请(?=.)|麻烦你?|拜托你?|劳驾|我?想(?:问一?下?|知道)|你知道(?=.)",
        "你?(?:能不能|可不可以|可以|能)?(?:帮我|帮忙|告诉我)(?=.)|你?(?:能不能|可不可以|可以|能)(?=提醒)",
    )
)
_GREETING = "(?:hi|hello|hey|good (?:morning|afternoon|evening)|你好|您好|嗨|早上好|晚上好)"
_BEHIND = "|".join(
    (
        r"[\s,.?;、。~]+|(?<![0-9)])!+|\b(?:please|pls)",
        r"(?<=[^\s多])谢谢你?|(?<=\W)(?:thanks|thank you)(?: a lot| so much| very much)?",
        "(?<=.)[吗呢呀啊吧嘛哦]",
    )
)
_LONGEST_BEHIND = 40
_STOPS = " ,.!?;:、。~"
_POLITE_ENOUGH = 12
"""How many polite words are left out at either end."""


@lru_cache(maxsize=8)
def _edges(names: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What is left out before and behind a question to somebody of these names; made once for each robot."""
    called = "|".join(rf"@?{re.escape(name)}(?![a-z0-9_])" for name in names)
    # A greeting alone is small talk; before something else it is politeness.
    greeting = rf"{_GREETING}(?:[,!.~。]+|\s*(?={called}))(?=\s*(?:{called})?+[{_STOPS}]*+.)"
    return (
        re.compile(rf"{called}|{greeting}|{_BEFORE}", re.IGNORECASE),
        re.compile(rf"(?:{_BEHIND}|(?<![a-z0-9_])(?:{called}))\Z", re.IGNORECASE),
    )


def _heart(plain: str, names: tuple[str, ...]) -> tuple[int, int]:
    """From where to where *plain* is more than an address and politeness; all of it, where it is nothing else."""
    before, behind = _edges(names)
    start, end = 0, len(plain.rstrip())
    for _ in range(_POLITE_ENOUGH):
        found = before.match(plain, start, end)
        if found is None or not plain[found.end() : end].strip(_STOPS):
            break
        start = found.end()
    for _ in range(_POLITE_ENOUGH):
        found = behind.search(plain, max(start, end - _LONGEST_BEHIND), end)
        if found is None or not plain[start : found.start()].strip(_STOPS):
            break
        end = found.start()
    return start, end
