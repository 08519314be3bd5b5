"""Days and moments as people write them, in Chinese and English: `tomorrow at 9`, `下周五下午三点`, `in 20 minutes`.

Everything is read from a place in a text onwards, and says where it ends: a moment may stand in a longer sentence.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

import attrs

from webchat.robot.asking import Language
from webchat.robot.numerals import CHINESE, ENGLISH, number

Lean = Literal[-1, 0, 1]
"""Which of its years a day without one is in: the last (-1), this (0), the coming (1)."""

MORNING = time(9)
"""When something is due on a day of which no hour is said."""

_N = rf"(?:[0-9]{{1,6}}|{CHINESE}{{1,9}}|{ENGLISH}|an?(?: couple of)?|half an?|半)"
_TWO = rf"(?:[0-9]{{1,2}}|{CHINESE}{{1,3}})"

_MONTHS = (
    "jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? sept?(?:ember)? oct(?:ober)? "
    "nov(?:ember)? dec(?:ember)?"
).split()
_MONTH = "(?P<month>" + "|".join(_MONTHS) + r")\b\.?"
_WEEKDAYS = "mon(?:day)? tue(?:s(?:day)?)? wednesday thu(?:r(?:s(?:day)?)?)? fri(?:day)? saturday sunday".split()
_WEEKDAY = "(?P<weekday>" + "|".join(_WEEKDAYS) + r")\b"

EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EN_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
             "December")  # fmt: skip
ZH_DAYS = "一二三四五六日"
_ZH_WEEK = {sign: at % 7 for at, sign in enumerate(ZH_DAYS + "123456")} | {"天": 6, "末": 5}


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_ISO = _compiled(r"(?:on )?(?P<y>[0-9]{4})(?P<sep>[-/.])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})(?![0-9])")
_ZH_DATE = _compiled(
    rf"(?:(?P<y>[0-9]{{4}}|[零〇一二三四五六七八九]{{4}})年|(?P<rel>今年|明年|后年|去年|前年)的?)?(?P<m>{_TWO})月(?P<d>{_TWO})[日号]?(?![0-9])"
)
_EN_DATE = _compiled(
    rf"(?:on )?(?:{_MONTH} (?:the )?(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?|(?:the )?(?P<d2>[0-9]{{1,2}})(?:st|nd|rd|th)?"
    rf" (?:of )?{_MONTH.replace('month', 'month2')})(?:,? (?P<y>[0-9]{{4}}))?(?![0-9:])"
)
_NAMED = (
    (_compiled(r"(?:the )?day after tomorrow\b|后天"), 2),
    (_compiled(r"(?:the )?day before yesterday\b|前天"), -2),
    (_compiled(r"大后天"), 3),
    (_compiled(r"大前天"), -3),
    (_compiled(r"tomorrow\b|明天|明日|明(?=[早晚])"), 1),
    (_compiled(r"yesterday\b|昨天|昨日|昨(?=晚)"), -1),
    (_compiled(r"today\b|(?=tonight\b)|(?=this (?:morning|afternoon|evening)\b)|今天|今日|今(?=[早晚])"), 0),
)
_ZH_WEEKDAY = _compiled(r"(?P<week>上上|下下|上|下|这|本)?个?(?:周|星期|礼拜)(?P<d>[一二三四五六日天末1-6])(?![0-9])")
_EN_WEEKDAY = _compiled(
    rf"(?:on )?(?:(?P<week>this|next|last|coming|this coming) )?(?:{_WEEKDAY}|(?P<end>(?<=next )weekend|(?<=this )weekend|(?<=last )weekend))"
)
_ZH_OFFSET = _compiled(
    rf"(?P<n>{_N})(?P<unit>天|日|周|星期|礼拜|个星期|个礼拜|个月|年)(?P<half>半)?(?P<way>以?后|之后|过后|以?前|之前)"
)
_EN_OFFSET = _compiled(
    rf"(?P<in>in )?(?P<n>{_N}) (?P<unit>days?|weeks?|months?|years?)(?:'s? time)?"
    rf"(?P<way> from (?:now|today)| later| hence| ago)?\b"
)
_NEXT = _compiled(r"(?P<week>next week|下个?(?:周|星期|礼拜))|(?P<month>next month|下个?月)|(?P<year>next year|明年)")
_MONTH_END = _compiled(r"(?P<this>(?:on |at )?the end of (?:the|this) month|(?:这个|本)?月底)|(?P<next>(?:at )?the end of next month|下个?月底)")
_DAY_OF_MONTH = _compiled(rf"(?:(?P<next>下个?月)|这个月|本月)?(?P<zh>{_TWO})[号日]|(?:on )?the (?P<en>[0-9]{{1,2}})(?:st|nd|rd|th)\b")
_HOLIDAYS = (
    (12, 31, _compiled(r"new year'?s eve\b|跨年夜?")),
    (1, 1, _compiled(r"new year'?s?(?: day)?\b|元旦")),
    (2, 14, _compiled(r"(?:saint )?valentine'?s?(?: day)?\b|情人节")),
    (3, 8, _compiled(r"(?:international )?women'?s day\b|妇女节|三八节")),
    (5, 1, _compiled(r"labou?r day\b|may day\b|劳动节|五一")),
    (6, 1, _compiled(r"(?:international )?children'?s day\b|儿童节|六一")),
    (9, 10, _compiled(r"教师节")),
    (10, 1, _compiled(r"(?:china'?s |chinese )?national day\b|国庆节?|十一(?=还有|是)")),
    (10, 31, _compiled(r"halloween\b|万圣节")),
    (12, 24, _compiled(r"christmas eve\b|平安夜")),
    (12, 25, _compiled(r"christmas(?: day)?\b|xmas\b|圣诞节?")),
)
_YEARS = {"今年": 0, "明年": 1, "后年": 2, "去年": -1, "前年": -2}
_YEAR_BEFORE = _compiled(r"(?:(?P<y>[0-9]{4})年|(?P<rel>今年|明年|后年|去年|前年))的?")
_YEAR_BEHIND = _compiled(r",? (?:in |of )?(?P<y>[0-9]{4})(?![0-9:])")
LUNAR = _compiled(r"chinese new year|lunar new year|spring festival|mid-?autumn(?: festival)?|dragon boat(?: festival)?|春节|除夕|元宵节?|端午节?|中秋节?|七夕|重阳节?|农历|阴历")
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
        yield Day(_leaning(today, month, day, lean) if not found["y"] else date(int(found["y"]), month, day), found.end())
    for pattern, days in _NAMED:
        if found := pattern.match(text, start):
            yield Day(today + timedelta(days), found.end())
    if found := _ZH_WEEKDAY.match(text, start):
        yield Day(_weekday(today, _ZH_WEEK[found["d"]], found["week"] or ""), found.end())
    if found := _EN_WEEKDAY.match(text, start):
        weekday = 5 if found["end"] else _index(_WEEKDAYS, found["weekday"])
        yield Day(_weekday(today, weekday, (found["week"] or "").lower()), found.end())
    if (found := _ZH_OFFSET.match(text, start)) or (found := _EN_OFFSET.match(text, start)):
        if (shifted := _offset(found, today)) is not None:
            yield Day(shifted, found.end(), is_offset=True)
    if found := _MONTH_END.match(text, start):
        month_end = today if found["this"] else shifted_months(today, 1)
        yield Day(month_end.replace(day=calendar.monthrange(month_end.year, month_end.month)[1]), found.end())
    yield from _holidays(text, start, today, lean)
    if found := _DAY_OF_MONTH.match(text, start):
        if wanted := number(found["zh"] or found["en"]):
            in_month = shifted_months(today.replace(day=1), 1 if found["next"] or (lean > 0 and wanted < today.day) else 0)
            yield Day(in_month.replace(day=wanted), found.end())
    if found := _NEXT.match(text, start):
        if found["week"]:
            yield Day(today + timedelta(7), found.end(), is_offset=True)
        yield Day(shifted_months(today, 1 if found["month"] else 12), found.end(), is_offset=True)


def _holidays(text: str, start: int, today: date, lean: Lean) -> Iterator[Day]:
    before = _YEAR_BEFORE.match(text, start)
    for month, day, pattern in _HOLIDAYS:
        if found := pattern.match(text, before.end() if before else start):
            behind = _YEAR_BEHIND.match(text, found.end())
            end = behind.end() if behind else found.end()
            if (year := (before and before["y"]) or (behind and behind["y"])) is not None:
                yield Day(date(int(year), month, day), end)
            elif before:
                yield Day(date(today.year + _YEARS[before["rel"]], month, day), end)
            else:
                yield Day(_leaning(today, month, day, lean), end)


def _index(patterns: list[str], word: str) -> int:
    return next(at for at, pattern in enumerate(patterns) if re.fullmatch(pattern, word, re.IGNORECASE))


def _chinese_date(found: re.Match[str], today: date, lean: Lean) -> date:
    month, day = number(found["m"]) or 0, number(found["d"]) or 0
    if found["y"]:
        return date(number(found["y"]) or 0, month, day)
    if found["rel"]:
        return date(today.year + _YEARS[found["rel"]], month, day)
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
    """What `_N` matches as a number."""
    text = text.lower()
    if text in ("半", "half a", "half an"):
        return 0.5
    if text in ("a", "an"):
        return 1
    return 2 if text.endswith("couple of") else number(text)


def _offset(found: re.Match[str], today: date) -> date | None:
    way, unit, count = (found["way"] or "").lower(), found["unit"].lower(), amount(found["n"])
    is_ahead = "前" not in way and "ago" not in way
    if count is None or not (way or found.groupdict().get("in")):
        return None
    if found.groupdict().get("half"):
        count += 0.5
    sign = 1 if is_ahead else -1
    if unit.startswith(("month", "year", "个月", "年")):
        months = count * (12 if unit.startswith(("year", "年")) else 1)
        return shifted_months(today, sign * int(months)) if months == int(months) else None
    days = count * (7 if unit.startswith(("week", "周", "星期", "礼拜", "个")) else 1)
    return today + timedelta(sign * int(days)) if days == int(days) else None


def shifted_months(day: date, months: int) -> date:
    """*day* so many months on; the last day of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


_ZH_CLOCK = _compiled(
    rf"(?P<part>凌晨|清晨|早上|早晨|上午|早|中午|下午|傍晚|晚上|夜里|晚|半夜)?(?:的)?\s?"
    rf"(?:(?P<h>{_TWO})(?:点钟?|时)(?:(?P<half>半)|(?P<quarter>[一三])刻|整|(?P<m>{_TWO})分?)?|(?P<h2>[0-9]{{1,2}}):(?P<m2>[0-9]{{2}})(?![0-9]))"
)
_ZH_PART = _compiled(r"(?P<part>凌晨|清晨|早上|早晨|上午|早|中午|下午|傍晚|晚上|夜里|晚)")
_ZH_PARTS = {"凌晨": 5, "清晨": 7, "早上": 8, "早晨": 8, "早": 8, "上午": 9, "中午": 12, "下午": 15, "傍晚": 18, "晚上": 20,
             "晚": 20, "夜里": 22}  # fmt: skip
_EN_CLOCK = _compiled(
    r"(?P<at>at )?(?:(?P<half>half past|quarter past|quarter to) )?(?P<h>[0-9]{1,2}|"
    + "|".join("twelve eleven ten nine eight seven six five four three two one".split())
    + r")(?:[:.](?P<m>[0-9]{2}))?(?![0-9:/.-])(?P<clock> ?o'clock)?(?: ?(?P<half_day>[ap])\.?m\b\.?)?"
    r"(?: (?:in the |this )?(?P<part>morning|afternoon|evening|tonight|at night)\b)?"
)
_EN_NAMED = _compiled(r"(?:at )?(?P<which>noon|midday|midnight)\b")
_EN_PART = _compiled(r"(?:in the |this )?(?P<part>morning|afternoon|evening|night|tonight)\b")
_EN_PARTS = {"morning": 9, "afternoon": 15, "evening": 19, "tonight": 20, "night": 20}
_DURATION = _compiled(
    rf"(?P<in>in )?(?P<n>{_N}|[0-9]+\.5) ?(?P<half>个半)?(?:个)?(?P<unit>seconds?|secs?|minutes?|mins?|min|hours?|hrs?|h|m|s|秒钟?|分钟?|刻钟|小时|钟头)"
    r"(?P<and>半| and a half)?(?![a-z])"
)
_LEADS = _compiled(r"in |过|再过")
_AFTER = _compiled(r" ?(?:以后|之后|过后|后)| from now\b| later\b")
_AND = _compiled(r",? ?(?:and |零|又)?")


@attrs.frozen
class Moment:
    """A point in time that was read, by the clock of whom it was read for, and where it ends."""

    at: datetime
    end: int


def read_moment(text: str, start: int, now: datetime, language: Language) -> Moment | None:
    """The moment that *text* says from *start* on.

    An hour without its half of the day is the next to come, or a likely one of the day that is said; a day
    without an hour is its MORNING, and one counted from now keeps the clock.
    """
    try:
        return _read_duration(text, start, now, language) or _read_day_and_clock(text, start, now)
    except (ValueError, OverflowError):
        return None


def _read_duration(text: str, start: int, now: datetime, language: Language) -> Moment | None:
    seconds, at, is_lead = 0.0, start, False
    if lead := _LEADS.match(text, start):
        at, is_lead = lead.end(), True
    end = None
    while found := _DURATION.match(text, at):
        count = float(found["n"]) if "." in found["n"] else amount(found["n"])
        if count is None:
            return None
        unit = found["unit"].lower()
        worth = 3_600 if unit[0] in "h小钟" else 900 if unit == "刻钟" else 1 if unit[0] in "s秒" else 60
        seconds += (count + (0.5 if found["half"] or found["and"] else 0)) * worth
        end = found.end()
        joined = _AND.match(text, end)
        at = joined.end() if joined else end
    if end is None:
        return None
    if after := _AFTER.match(text, end):
        end = after.end()
    elif not is_lead:
        return None
    return Moment(_elapsed(now, timedelta(seconds=seconds)), end)


def _elapsed(now: datetime, length: timedelta) -> datetime:
    """*now* and so much later, as clocks that are put forward in between show it."""
    return (now.astimezone(UTC) + length).astimezone(now.tzinfo)


def _read_day_and_clock(text: str, start: int, now: datetime) -> Moment | None:
    day = read_day(text, start, now.date())
    if day is not None:
        clock = _read_clock(text, _skip(text, day.end), is_after_day=True)
        if clock is not None:
            return Moment(_on(day.day, clock, now), clock.end)
        kept = now.time().replace(second=0, microsecond=0) if day.is_offset else MORNING
        return Moment(_wall(day.day, kept, now), day.end)
    clock = _read_clock(text, start, is_after_day=False)
    if clock is None:
        return None
    behind = read_day(text, _skip(text, clock.end), now.date())
    if behind is not None:
        # `at 9 tomorrow evening`
        part = _EN_PART.match(text, _skip(text, behind.end))
        if part and clock.half is None:
            clock = attrs.evolve(clock, half=0 if part["part"].lower() == "morning" else 12)
        return Moment(_on(behind.day, clock, now), part.end() if part else behind.end)
    return Moment(_coming(clock, now), clock.end)


@attrs.frozen
class _Clock:
    hour: int
    minute: int
    end: int
    half: int | None
    """0 before noon, 12 after; None where it was not said."""

    def hours(self) -> tuple[int, ...]:
        """Which hours of the day it may mean, the likelier first."""
        if self.half == 24:
            return (24,)
        if self.half is not None and self.hour <= 12:
            return (self.hour % 12 + self.half,)
        if 1 <= self.hour < 7:
            return (self.hour + 12, self.hour)
        return (self.hour, self.hour + 12) if self.half is None and self.hour < 12 and self.hour else (self.hour,)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " ,的":
        at += 1
    return at


def _read_clock(text: str, start: int, *, is_after_day: bool) -> _Clock | None:
    if found := _ZH_CLOCK.match(text, start):
        return _chinese_clock(found)
    if found := _ZH_PART.match(text, start):
        # 晚 and 早 alone are only half a word, unless a day stands before them.
        if is_after_day or len(found["part"]) > 1:
            hour = _ZH_PARTS[found["part"]]
            return _Clock(hour, 0, found.end(), 0 if hour < 12 else None)
        return None
    if found := _EN_NAMED.match(text, start):
        return _Clock(12, 0, found.end(), 24 if found["which"].lower() == "midnight" else 12)
    if (found := _EN_CLOCK.match(text, start)) and (clock := _english_clock(found, is_after_day)):
        return clock
    if found := _EN_PART.match(text, start):
        part = found["part"].lower()
        clock = _english_clock_after(text, found, is_after_day)
        return clock or _Clock(_EN_PARTS[part], 0, found.end(), 0 if part == "morning" else None)
    return None


def _english_clock_after(text: str, part: re.Match[str], is_after_day: bool) -> _Clock | None:
    """`tonight at 8`, `in the morning at 9`."""
    found = _EN_CLOCK.match(text, _skip(text, part.end()))
    clock = _english_clock(found, is_after_day) if found and found["at"] else None
    if clock is None or clock.half is not None:
        return clock
    return attrs.evolve(clock, half=0 if part["part"].lower() == "morning" else 12)


def _chinese_clock(found: re.Match[str]) -> _Clock | None:
    hour = number(found["h"] or found["h2"])
    minute = 30 if found["half"] else 15 * (number(found["quarter"]) or 0) if found["quarter"] else number(found["m"] or found["m2"] or "0")
    if hour is None or minute is None or hour > 24 or minute > 59:
        return None
    part, half = found["part"] or "", None
    if part:
        half = 0 if part in ("凌晨", "清晨", "早上", "早晨", "上午", "早") else 12
        if part in ("晚上", "夜里", "晚", "半夜") and hour == 12:
            half = 24
        elif part in ("夜里", "半夜") and hour < 5:
            half = 0
        elif part == "中午" and hour == 11:
            half = 0
    elif (found["h2"] or "").startswith("0"):
        half = 0
    return _Clock(hour, minute, found.end(), half)


def _english_clock(found: re.Match[str], is_after_day: bool) -> _Clock | None:
    hour, minute = number(found["h"]), int(found["m"] or 0)
    named, half_day, part = (found["half"] or "").lower(), (found["half_day"] or "").lower(), (found["part"] or "").lower()
    is_sure = bool(named or half_day or part or found["clock"] or (found["m"] and ":" in found[0]))
    if hour is None or hour > 24 or minute > 59 or not (is_sure or found["at"]):
        return None
    if named:
        hour, minute = (hour - 1, 45) if "to" in named else (hour, 30 if "half" in named else 15)
    half = {"a": 0, "p": 12}.get(half_day, 0 if part == "morning" else 12 if part else None)
    if half is None and found["h"].startswith("0"):
        half = 0
    if half_day and hour > 12:
        return None
    if part == "at night" and not half_day and hour == 12:
        half = 24
    return _Clock(hour, minute, found.end(), half)


def _wall(day: date, clock: time, now: datetime) -> datetime:
    return datetime.combine(day, clock, now.tzinfo)


def _on(day: date, clock: _Clock, now: datetime) -> datetime:
    hours = clock.hours()
    chosen = next((moment for moment in (_at(day, hour, clock, now) for hour in hours) if moment > now), None)
    return chosen or _at(day, hours[0], clock, now)


def _coming(clock: _Clock, now: datetime) -> datetime:
    """The next time the clock shows it."""
    return min(
        moment
        for days in (0, 1)
        for hour in clock.hours()
        if (moment := _at(now.date() + timedelta(days), hour, clock, now)) > now
    )


def _at(day: date, hour: int, clock: _Clock, now: datetime) -> datetime:
    days, hour = divmod(hour, 24)
    return _wall(day + timedelta(days), time(hour, clock.minute), now)


def said_day(day: date, language: Language) -> str:
    """`Friday, 4 December 2026`, `2026年12月4日星期五`."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日星期{ZH_DAYS[day.weekday()]}"
    return f"{EN_DAYS[day.weekday()]}, {day.day} {EN_MONTHS[day.month - 1]} {day.year}"


def said_moment(at: datetime, now: datetime, language: Language) -> str:
    """*at* as somebody says it at *now*: today and tomorrow by name, other days in full."""
    away = (at.date() - now.date()).days
    clock = f"{at:%H:%M}"
    if away in (0, 1):
        return (f"今天 {clock}", f"明天 {clock}")[away] if language == "zh" else (f"today at {clock}", f"tomorrow at {clock}")[away]
    return f"{said_day(at.date(), language)} {clock}" if language == "zh" else f"{said_day(at.date(), language)} at {clock}"
