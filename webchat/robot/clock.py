"""What time and what day it is, was and will be, here and elsewhere, and how many days lie between."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from webchat.robot.asking import Answer, Asked, echo
from webchat.robot.days import LUNAR, YEARS, Lean, looks_like_day, said_day, whole_day
from webchat.robot.numerals import number
from webchat.robot.phrases import any_of, said_in
from webchat.robot.places import SEVERAL, place

_NOW = any_of(
    r"what(?:'s| is) the (?:current |exact )?time(?: (?:right )?now)?", r"what time is it(?: (?:right )?now)?",
    r"(?:the )?current time", r"time(?: now)?", r"(?:现在|当前|此刻)?(?:是)?(?:几点钟?|什么时间|什么时候)了?",
    r"(?:现在|当前|北京)的?时间(?:是多少|是什么|是几点)?", r"时间", r"报时",
)  # fmt: skip
_PLACE = r"([^\s现在是的]{2,8}?|(?:utc|gmt)[+-][0-9:]{1,5}|[a-z]+/[a-z_/]+)\s?(?:那边|那里)?"
_ELSEWHERE = any_of(
    r"(?:what(?:'s| is) the (?:current |local )?time|what time is it|(?:the )?(?:current |local )?time)"
    r"(?: (?:right )?now)? (?:in|at) ([a-z'_/ :+0-9-]{2,40}?)(?: (?:right )?now)?",
    r"([a-z'_/ :+0-9-]{2,40}) time(?: now)?",
    rf"(?:现在|当前)?{_PLACE}(?:现在|当前|此刻)?是?(?:几点钟?|什么时间)了?",
    rf"{_PLACE}(?:现在|当前)?的?时间",
)
_TODAY = any_of(
    r"what(?:'s| is) (?:the date(?: today)?|today'?s date|today)", r"what (?:day|date) is (?:it|today)(?: today)?",
    r"(?:today'?s |current )?date", r"what(?:'s| is) the day(?: of the week)?(?: today)?",
    r"what(?:'s| is) (?:the )?day today",
    r"(?:今天|今日|现在)(?:是)?(?:几月)?(?:几号|几日|星期几|周几|礼拜几|什么日期|什么日子|哪天)(?:星期几|周几)?",
    r"(?:今天|当前)的?日期(?:是什么|是多少)?", r"日期", r"(?:星期几|周几|几号)了?",
)  # fmt: skip
_WEEK = any_of(
    r"what week (?:is it|are we in|of the year is it)(?: now)?", r"(?:which|what) week number is (?:it|this)",
    r"(?:今天|现在|这周|本周)(?:是)?(?:今年的?)?第几周",
)  # fmt: skip

_WHICH = any_of(
    r"(?:what|which) (?:day(?: of the week)?|date|weekday) (?:is|was|will|falls on|does)(?: it be| be)? "
    r"(.{2,60}?)(?: (?:be|fall)(?: on)?)?",
    r"when (?:is|was) (.{2,60})",
    r"(.{2,40}?) (?:is|was|falls on) (?:a )?(?:what|which) (?:day|date|weekday)(?: of the week)?",
    r"what(?:'s| is) the (?:date|day)(?: of| on)? (.{2,60})",
    r"what(?:'s| is) ((?:the )?[0-9]+ (?:days|weeks|months|years) .{2,20})",
    r"(.{2,40}?)(?:那天)?(?:又)?(?:会)?(?:是)(?:几月)?(?:几号|几日|哪一?天|星期几|周几|礼拜几|什么日子|什么时候)",
    r"(.{2,40}?)(?:几月)?(?:几号|星期几|周几|礼拜几)",
)
_UNTIL = any_of(
    r"(?:how (?:many|long)(?: more)?(?: days)?(?: are there| is it| are left| left)? |days (?:left )?)"
    r"(?:until|till|to|before) (.{2,60})",
    r"how many weeks (?:are there |is it |left )?(?:until|till|to|before) (.{2,60})",
    r"(?:距离?|离)(.{2,40}?)(?:还有|还剩|有)(?:(?:多少|几)[天周]|多久|多长时间)",
    r"(?:到)?(.{2,40}?)还(?:有|剩)(?:(?:多少|几)[天周]|多久)",
    r"(?:还有|还剩|再过)(?:多少|几)天(?:才|就)?(?:到|是)?(.{2,40})",
)
_SINCE = any_of(
    r"(?:how (?:many days|long)(?: (?:is it|has it been|have passed))? |days )since (.{2,60})",
    r"how many days ago was (.{2,60})",
    r"(?:从)?(.{2,40}?)(?:到|至)(?:现在|今天|今日)(?:已经|一共|总共)?(?:过(?:去)?了)?(?:有)?(?:多少|几)天了?",
    r"(.{2,40}?)(?:已经)?过去?了?(?:多少|几)天了?",
)
_BETWEEN = any_of(
    r"(?:how many )?days (?:are (?:there )?)?between (.{2,60}) and (.{2,60})",
    r"(?:how many )?days (?:are (?:there )?)?from (.{2,60}) (?:to|until|till) (.{2,60})",
    r"从?(.{2,40}?)[到至和与](.{2,40}?)(?:之间|中间)?(?:一共|总共|相差|相隔|隔了?|差)?(?:有|是)?(?:多少|几)天",
)
_LEAP = any_of(
    r"is ([0-9]{4}|this year|next year|last year) a leap year",
    r"([0-9]{4}|[零〇一二三四五六七八九]{4}|今年|明年|后年|去年)年?是不?是?闰年",
)
_DIFFERENCE = any_of(
    r"(?:what(?:'s| is) the )?time difference (?:between|from) ([a-z' ]{2,40}) (?:and|to) ([a-z' ]{2,40})",
    "(.{2,8})[和与跟](.{2,8}?)(?:之间)?的?(?:时差|差几个?小时|相差几个?小时)(?:是|有)?(?:多少|几个?小时|多大)?",
)


def tell_time(asked: Asked) -> Answer | None:
    """The answer to a question about time or days; None where it is none."""
    if not asked.is_short:
        return None
    text = asked.plain
    if _NOW.fullmatch(text):
        return _now(asked)
    if _TODAY.fullmatch(text):
        return _answer(asked, f"Today is {said_day(_today(asked), 'en')}.", f"今天是{said_day(_today(asked), 'zh')}。")
    if _WEEK.fullmatch(text):
        year, week, _ = asked.now.isocalendar()
        return _answer(
            asked,
            f"It is week {week} of {year}; weeks begin on Monday.",
            f"现在是{year}年第{week}周（每周从星期一开始）。",
        )
    if (found := _ELSEWHERE.fullmatch(text)) and (answer := _elsewhere(asked, said_in(found))):
        return answer
    if found := _LEAP.fullmatch(text):
        return _leap(asked, said_in(found).lower())
    if (found := _DIFFERENCE.fullmatch(text)) and (answer := _difference(asked, found)):
        return answer
    return _count(asked) or _which(asked)


def _today(asked: Asked) -> date:
    return asked.now.date()


def _answer(asked: Asked, en: str, zh: str) -> Answer:
    text = asked.say(en, zh)
    if not asked.knows_zone:
        text += asked.say(" (By UTC: I do not know your time zone.)", "（按世界时 UTC 计算，我不知道你所在的时区。）")
    return Answer(text, "time")


def _now(asked: Asked) -> Answer:
    clock, day = f"{asked.now:%H:%M}", asked.now.date()
    return _answer(asked, f"It is {clock}, {said_day(day, 'en')}.", f"现在是 {clock}，{said_day(day, 'zh')}。")


def _elsewhere(asked: Asked, name: str) -> Answer | None:
    zone = place(name)
    if zone is None:
        return _several(asked, name) or _nowhere(asked, name)
    there = asked.now.astimezone(zone)
    clock, shown = f"{there:%H:%M}", echo(_titled(name))
    return Answer(
        asked.say(
            f"In {shown} it is {clock}, {said_day(there.date(), 'en')} (UTC{_distance(there.strftime('%z'))}).",
            f"{shown}现在是 {clock}，{said_day(there.date(), 'zh')}（UTC{_distance(there.strftime('%z'))}）。",
        ),
        "time",
    )


def _several(asked: Asked, name: str) -> Answer | None:
    """The times of a country that has several."""
    towns = SEVERAL.get(name.lower().removeprefix("the "))
    if towns is None:
        return None
    times = [f"{zh if asked.language == 'zh' else en} {asked.now.astimezone(place(en)):%H:%M}" for en, zh in towns]
    shown = echo(_titled(name))
    return Answer(
        asked.say(f"{shown} has several times: {', '.join(times)}.", f"{shown}有好几个时区：{'，'.join(times)}。"),
        "time",
    )


def _nowhere(asked: Asked, name: str) -> Answer | None:
    if not _IN.search(asked.plain):
        return None
    return Answer(
        f"I do not know the time zone of {echo(name)}. A big city, a country or a distance such as UTC+8 will do.",
        "time",
    )


_IN = re.compile(r"\btime (?:is it )?(?:right )?(?:now )?in ", re.IGNORECASE)


def _distance(offset: str) -> str:
    return f"{offset[0]}{int(offset[1:3])}" + (f":{offset[3:5]}" if offset[3:5] != "00" else "")


def _difference(asked: Asked, found: re.Match[str]) -> Answer | None:
    one, other = [group for group in found.groups() if group is not None]
    zones = place(one), place(other)
    if zones[0] is None or zones[1] is None:
        return None
    offsets = [asked.now.astimezone(zone).utcoffset() or timedelta() for zone in zones]
    hours = (offsets[0] - offsets[1]) / timedelta(hours=1)
    first, second = echo(_titled(one)), echo(_titled(other))
    if hours == 0:
        return Answer(
            asked.say(f"{first} and {second} have the same time now.", f"{first}和{second}现在没有时差。"), "time"
        )
    far = f"{abs(hours):g}"
    unit, way = "hour" if far == "1" else "hours", "ahead of" if hours > 0 else "behind"
    return Answer(
        asked.say(
            f"{first} is {far} {unit} {way} {second} now.",
            f"{first}现在比{second}{'早' if hours > 0 else '晚'} {far} 小时。",
        ),
        "time",
    )


def _titled(name: str) -> str:
    """The name of a place as it is written, where it was not."""
    name = name.removeprefix("the ")
    if len(name) <= 3 and name.isascii():
        return name.upper()
    return name.title() if name.islower() and "/" not in name else name


def _leap(asked: Asked, said: str) -> Answer | None:
    year = asked.now.year + YEARS[said] if said in YEARS else number(said)
    if not year:
        return None
    if calendar.isleap(year):
        return Answer(asked.say(f"Yes: {year} has 366 days.", f"是的，{year} 年是闰年，有 366 天。"), "time")
    return Answer(asked.say(f"No: {year} has 365 days.", f"不是，{year} 年是平年，有 365 天。"), "time")


def _which(asked: Asked) -> Answer | None:
    if not (found := _WHICH.fullmatch(asked.plain)):
        return None
    said = said_in(found)
    lean: Lean = (
        0 if re.search(r"星期|周几|礼拜|day|was", asked.plain) and not re.search("when|date", asked.plain) else 1
    )
    if (day := whole_day(said, _today(asked), lean)) is None:
        return _lunar(asked, said) or _no_day(asked, said)
    return _answer(asked, f"That is {said_day(day, 'en')}.", f"是{said_day(day, 'zh')}。")


def _lunar(asked: Asked, said: str) -> Answer | None:
    if not LUNAR.fullmatch(said.strip(" 的").removeprefix("the ")):
        return None
    return Answer(
        asked.say(
            "That day follows the lunar calendar, which I do not know. I can count once you tell me the date.",
            "这个日子按农历算，我不懂农历。告诉我公历日期，我就能帮你算。",
        ),
        "time",
    )


def _no_day(asked: Asked, said: str) -> Answer | None:
    if not looks_like_day(said):
        return None
    return Answer(asked.say(f"There is no such day as {echo(said)}.", f"没有{echo(said)}这一天。"), "time")


def _count(asked: Asked) -> Answer | None:
    text, today = asked.plain, _today(asked)
    if found := _BETWEEN.fullmatch(text):
        first, second = [group for group in found.groups() if group is not None][:2]
        one, other = whole_day(first, today, 0), whole_day(second, today, 0)
        if one and other:
            days = abs((other - one).days)
            return _answer(
                asked,
                f"From {said_day(min(one, other), 'en')} to {said_day(max(one, other), 'en')}: {_days(days)}.",
                f"从{said_day(min(one, other), 'zh')}到{said_day(max(one, other), 'zh')}，相差 {days} 天。",
            )
    if found := _UNTIL.fullmatch(text):
        said = said_in(found)
        if (day := whole_day(said, today, 1)) is None:
            return _lunar(asked, said) or _no_day(asked, said)
        return _away(asked, day)
    if (found := _SINCE.fullmatch(text)) and (day := whole_day(said_in(found), today, -1)) is not None:
        return _away(asked, day)
    return None


def _away(asked: Asked, day: date) -> Answer:
    days = (day - _today(asked)).days
    en, zh = said_day(day, "en"), said_day(day, "zh")
    if days == 0:
        return _answer(asked, f"That is today, {en}.", f"就是今天，{zh}。")
    if days > 0:
        weeks, rest = divmod(days, 7)
        if re.search("week|几周|多少周", asked.plain) and weeks:
            return _answer(
                asked,
                f"{weeks} {'week' if weeks == 1 else 'weeks'}{f' and {_days(rest)}' if rest else ''} until {en}.",
                f"距离{zh}还有 {weeks} 周{f'零 {rest} 天' if rest else ''}。",
            )
        return _answer(asked, f"{_days(days)} until {en}.", f"距离{zh}还有 {days} 天。")
    return _answer(asked, f"{_days(-days)} since {en}.", f"{zh}已经过去 {-days} 天。")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"
