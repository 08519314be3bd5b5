"""Days as people write them, in Chinese and English: `next Friday`, `2026-10-01`, `三天后`, `the end of the month`.

A day is read from a place in a text onwards, and says where it ends: it may stand in a longer sentence.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

import attrs

from webchat.robot.asking import Language
from webchat.robot.numerals import CHINESE, ENGLISH, number
from webchat.robot.phrases import any_of

Lean = Literal[-1, 0, 1]
"""Which of its years a day without one is in: the last (-1), this (0), the coming (1)."""

COUNT = rf"(?:[0-9]{{1,6}}|{CHINESE}{{1,9}}|{ENGLISH}|an?(?: couple of)?|half an?|半)"
TWO_DIGITS = rf"(?:[0-9]{{1,2}}|{CHINESE}{{1,3}})"

_MONTHS = (
    "jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? sept?(?:ember)? oct(?:ober)? "
    "nov(?:ember)? dec(?:ember)?"
).split()
_MONTH = "(?P<month>" + "|".join(_MONTHS) + r")\b\.?"
_WEEKDAYS = "mon(?:day)? tue(?:s(?:day)?)? wednesday thu(?:r(?:s(?:day)?)?)? fri(?:day)? saturday sunday".split()
_WEEKDAY = "(?P<weekday>" + "|".join(_WEEKDAYS) + r")\b"

EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EN_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
ZH_DAYS = "一二三四五六日"
_ZH_WEEK = {sign: at % 7 for at, sign in enumerate(ZH_DAYS + "123456")} | {"天": 6, "末": 5}


_ISO = any_of(r"(?:on )?(?P<y>[0-9]{4})(?P<sep>[-/.])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})(?![0-9])")
_ZH_DATE = any_of(
    rf"(?:(?P<y>[0-9]{{4}}|[零〇一二三四五六七八九]{{4}})年|(?P<rel>今年|明年|后年|去年|前年)的?)?(?P<m>{TWO_DIGITS})月(?P<d>{TWO_DIGITS})[日号]?(?![0-9])"
)
_EN_DATE = any_of(
    rf"(?:on )?(?:{_MONTH} (?:the )?(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?|(?:the )?(?P<d2>[0-9]{{1,2}})(?:st|nd|rd|th)?"
    rf" (?:of )?{_MONTH.replace('month', 'month2')})(?:,? (?P<y>[0-9]{{4}}))?(?![0-9:])"
)
_NAMED = (
    (any_of(r"(?:the )?day after tomorrow\b|后天"), 2),
    (any_of(r"(?:the )?day before yesterday\b|前天"), -2),
    (any_of(r"大后天"), 3),
    (any_of(r"大前天"), -3),
    (any_of(r"tomorrow\b|明天|明日|明(?=[早晚])"), 1),
    (any_of(r"yesterday\b|昨天|昨日|昨(?=晚)"), -1),
    (any_of(r"today\b|(?=tonight\b)|(?=this (?:morning|afternoon|evening)\b)|今天|今日|今(?=[早晚])"), 0),
)
_ZH_WEEKDAY = any_of(r"(?P<week>上上|下下|上|下|这|本)?个?(?:周|星期|礼拜)(?P<d>[一二三四五六日天末1-6])(?![0-9])")
_EN_WEEKDAY = any_of(
    rf"(?:on )?(?:(?P<week>this|next|last|coming|this coming) )?(?:{_WEEKDAY}|(?P<end>(?<=next )weekend|"
    rf"(?<=this )weekend|(?<=last )weekend))"
)
_ZH_OFFSET = any_of(
    rf"(?P<n>{COUNT})(?P<unit>天|日|周|星期|礼拜|个星期|个礼拜|个月|年)(?P<half>半)?(?P<way>以?后|之后|过后|以?前|之前)"
)
_EN_OFFSET = any_of(
    rf"(?P<in>in )?(?P<n>{COUNT}) (?P<unit>days?|weeks?|months?|years?)(?:'s? time)?"
    rf"(?P<way> from (?:now|today)| later| hence| ago)?\b"
)
_EN_FROM = any_of(rf"(?P<n>{COUNT}) (?P<unit>days?|weeks?|months?|years?) (?P<way>before|after) ")
_NEXT = any_of(r"(?P<week>next week|下个?(?:周|星期|礼拜))|(?P<month>next month|下个?月)|(?P<year>next year|明年)")
_MONTH_END = any_of(
    r"(?P<this>(?:on |at )?the end of (?:the|this) month|(?:这个|本)?月底)",
    r"(?P<next>(?:at )?the end of next month|下个?月底)",
)
_DAY_OF_MONTH = any_of(
    rf"(?:(?P<next>下个?月)|这个月|本月)?(?P<zh>{TWO_DIGITS})[号日]",
    r"(?:on )?the (?P<en>[0-9]{1,2})(?:st|nd|rd|th)\b",
)
_HOLIDAYS = (
    (12, 31, any_of(r"new year'?s eve\b|跨年夜?")),
    (1, 1, any_of(r"new year'?s?(?: day)?\b|元旦")),
    (2, 14, any_of(r"(?:saint )?valentine'?s?(?: day)?\b|情人节")),
    (3, 8, any_of(r"(?:international )?women'?s day\b|妇女节|三八节")),
    (5, 1, any_of(r"labou?r day\b|may day\b|劳动节|五一")),
    (6, 1, any_of(r"(?:international )?children'?s day\b|儿童节|六一")),
    (9, 10, any_of(r"教师节")),
    (10, 1, any_of(r"(?:china'?s |chinese )?national day\b|国庆节?|十一(?=还有|是)")),
    (10, 31, any_of(r"halloween\b|万圣节")),
    (12, 24, any_of(r"christmas eve\b|平安夜")),
    (12, 25, any_of(r"christmas(?: day)?\b|xmas\b|圣诞节?")),
)
YEARS = {
    "今年": 0, "明年": 1, "后年": 2, "去年": -1, "前年": -2, "this year": 0, "next year": 1, "last year": -1
}  # fmt: skip
"""How many years a year is away that is said so."""
_YEAR_BEFORE = any_of(r"(?:(?P<y>[0-9]{4})年|(?P<rel>今年|明年|后年|去年|前年))的?")
_YEAR_BEHIND = any_of(r",? (?:in |of )?(?P<y>[0-9]{4})(?![0-9:])| (?P<rel>this year|next year|last year)")
LUNAR = any_of(
    r"chinese new year", r"lunar new year", r"spring festival", r"mid-?autumn(?: festival)?",
    r"dragon boat(?: festival)?", "春节|过年|除夕|元宵节?|端午节?|中秋节?|七夕|重阳节?|农历|阴历",
)  # fmt: skip
"""What depends on a calendar that is not known here."""


@attrs.frozen
class Day:
    """A day that was read, and where it ends; *is_offset*: it was counted from now."""

    day: date
    end: int
    is_offset: bool = False


def read_day(text: str, start: int, today: date, lean: Lean = 1) -> Day | None:
    """The day that *text* says from *start* on; None where it says none, or one that does not exist."""
    try:
        return next(_days(text, start, today, lean), None)
    except (ValueError, OverflowError):
        return None


def whole_day(text: str, today: date, lean: Lean = 1) -> date | None:
    """The day that *text* is, and nothing else."""
    text = text.strip(" ,的")
    found = read_day(text, 0, today, lean)
    return found.day if found is not None and not text[found.end :].strip(" ,的那天") else None


def looks_like_day(text: str) -> bool:
    """Whether *text* is written like a day, even one that the calendar does not have."""
    text = text.strip(" ,的")
    return any(pattern.fullmatch(text) for pattern in (_ISO, _ZH_DATE, _EN_DATE))


def _days(text: str, start: int, today: date, lean: Lean) -> Iterator[Day]:
    if found := _ISO.match(text, start):
        yield Day(date(int(found["y"]), int(found["m"]), int(found["d"])), found.end())
    if found := _ZH_DATE.match(text, start):
        yield Day(_chinese_date(found, today, lean), found.end())
    if found := _EN_DATE.match(text, start):
        month = _index(_MONTHS, found["month"] or found["month2"]) + 1
        day = int(found["d"] or found["d2"])
        meant = date(int(found["y"]), month, day) if found["y"] else _leaning(today, month, day, lean)
        yield Day(meant, found.end())
    for pattern, days in _NAMED:
        if found := pattern.match(text, start):
            yield Day(today + timedelta(days), found.end())
    if found := _ZH_WEEKDAY.match(text, start):
        yield Day(_weekday(today, _ZH_WEEK[found["d"]], found["week"] or ""), found.end())
    if found := _EN_WEEKDAY.match(text, start):
        weekday = 5 if found["end"] else _index(_WEEKDAYS, found["weekday"])
        yield Day(_weekday(today, weekday, (found["week"] or "").lower()), found.end())
    found = _ZH_OFFSET.match(text, start) or _EN_OFFSET.match(text, start)
    if found and (shifted := _offset(found, today)) is not None:
        yield Day(shifted, found.end(), is_offset=True)
    if found := _EN_FROM.match(text, start):
        yield from _counted_from(found, text, today, lean)
    if found := _MONTH_END.match(text, start):
        month_end = today if found["this"] else shifted_months(today, 1)
        yield Day(month_end.replace(day=calendar.monthrange(month_end.year, month_end.month)[1]), found.end())
    yield from _holidays(text, start, today, lean)
    if (found := _DAY_OF_MONTH.match(text, start)) and (wanted := number(found["zh"] or found["en"])):
        is_next = found["next"] or (lean > 0 and wanted < today.day)
        yield Day(shifted_months(today.replace(day=1), 1 if is_next else 0).replace(day=wanted), found.end())
    if found := _NEXT.match(text, start):
        if found["week"]:
            yield Day(today + timedelta(7), found.end(), is_offset=True)
        yield Day(shifted_months(today, 1 if found["month"] else 12), found.end(), is_offset=True)


def _counted_from(found: re.Match[str], text: str, today: date, lean: Lean) -> Iterator[Day]:
    """`3 days before Christmas`."""
    day = read_day(text, found.end(), today, lean)
    if day is not None and (shifted := _shifted(day.day, found, is_ahead=found["way"].lower() == "after")) is not None:
        yield Day(shifted, day.end)


def _holidays(text: str, start: int, today: date, lean: Lean) -> Iterator[Day]:
    before = _YEAR_BEFORE.match(text, start)
    for month, day, pattern in _HOLIDAYS:
        if found := pattern.match(text, before.end() if before else start):
            behind = _YEAR_BEHIND.match(text, found.end())
            end = behind.end() if behind else found.end()
            if (year := (before and before["y"]) or (behind and behind["y"])) is not None:
                yield Day(date(int(year), month, day), end)
            elif relative := before or behind:
                yield Day(date(today.year + YEARS[relative["rel"].lower()], month, day), end)
            else:
                yield Day(_leaning(today, month, day, lean), end)


def _index(patterns: list[str], word: str) -> int:
    return next(at for at, pattern in enumerate(patterns) if re.fullmatch(pattern, word, re.IGNORECASE))


def _chinese_date(found: re.Match[str], today: date, lean: Lean) -> date:
    month, day = number(found["m"]) or 0, number(found["d"]) or 0
    if found["y"]:
        return date(number(found["y"]) or 0, month, day)
    if found["rel"]:
        return date(today.year + YEARS[found["rel"]], month, day)
    return _leaning(today, month, day, lean)


def _leaning(today: date, month: int, day: int, lean: Lean) -> date:
    """That day of the year which *lean* chooses; 29 February moves to the next or last year that has one."""
    year = today.year
    if lean and (month, day) != (today.month, today.day) and ((month, day) < (today.month, today.day)) == (lean > 0):
        year += lean
    while lean and (month, day) == (2, 29) and not calendar.isleap(year):
        year += lean
    return date(year, month, day)


def _weekday(today: date, weekday: int, week: str) -> date:
    """Weeks begin on Monday; a weekday without a week is the next to come, today included."""
    monday = today - timedelta(today.weekday())
    weeks = {"下下": 2, "下": 1, "next": 1, "上": -1, "上上": -2, "这": 0, "本": 0}.get(week)
    if weeks is not None:
        return monday + timedelta(7 * weeks + weekday)
    ahead = (weekday - today.weekday()) % 7
    return today + timedelta(ahead - 7 if week == "last" else ahead)


def amount(text: str) -> float | None:
    """What COUNT matches, as a number."""
    text = text.lower()
    if text in ("半", "half a", "half an"):
        return 0.5
    if text in ("a", "an"):
        return 1
    return 2 if text.endswith("couple of") else number(text)


def _offset(found: re.Match[str], today: date) -> date | None:
    way = (found["way"] or "").lower()
    if not (way or found.groupdict().get("in")):
        return None
    return _shifted(today, found, is_ahead="前" not in way and "ago" not in way)


def _shifted(day: date, found: re.Match[str], *, is_ahead: bool) -> date | None:
    unit, count = found["unit"].lower(), amount(found["n"])
    if count is None:
        return None
    if found.groupdict().get("half"):
        count += 0.5
    sign = 1 if is_ahead else -1
    if unit.startswith(("month", "year", "个月", "年")):
        months = count * (12 if unit.startswith(("year", "年")) else 1)
        return shifted_months(day, sign * int(months)) if months == int(months) else None
    days = count * (7 if unit.startswith(("week", "周", "星期", "礼拜", "个")) else 1)
    return day + timedelta(sign * int(days)) if days == int(days) else None


def shifted_months(day: date, months: int) -> date:
    """*day* so many months on; the last day of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def said_day(day: date, language: Language) -> str:
    """`Friday, 4 December 2026`, `2026年12月4日星期五`."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日星期{ZH_DAYS[day.weekday()]}"
    return f"{EN_DAYS[day.weekday()]}, {day.day} {EN_MONTHS[day.month - 1]} {day.year}"
