"""Moments as people write them, in Chinese and English: `tomorrow at 9`, `下周五下午三点`, `in 20 minutes`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import attrs

from webchat.robot.asking import Language
from webchat.robot.days import COUNT, TWO_DIGITS, amount, read_day, said_day
from webchat.robot.numerals import number
from webchat.robot.phrases import any_of

MORNING = time(9)
"""When something is due on a day of which no hour is said."""

_ZH_CLOCK = any_of(
    rf"(?P<part>凌晨|清晨|早上|早晨|上午|早|中午|下午|傍晚|晚上|夜里|晚|半夜)?(?:的)?\s?"
    rf"(?:(?P<h>{TWO_DIGITS})(?:点钟?|时)(?:(?P<half>半)|(?P<quarter>[一三])刻|整|(?P<m>{TWO_DIGITS})分?)?|"
    rf"(?P<h2>[0-9]{{1,2}}):(?P<m2>[0-9]{{2}})(?![0-9]))"
)
_ZH_PART = any_of(r"(?P<part>凌晨|清晨|早上|早晨|上午|早|中午|下午|傍晚|晚上|夜里|晚)")
_ZH_PARTS = {
    "凌晨": 5, "清晨": 7, "早上": 8, "早晨": 8, "早": 8, "上午": 9, "中午": 12, "下午": 15, "傍晚": 18, "晚上": 20,
    "晚": 20, "夜里": 22,
}  # fmt: skip
_EN_CLOCK = any_of(
    r"(?P<at>at )?(?:(?P<half>half past|quarter past|quarter to) )?(?P<h>[0-9]{1,2}|"
    + "|".join("twelve eleven ten nine eight seven six five four three two one".split())
    + r")(?:[:.](?P<m>[0-9]{2}))?(?![0-9:/.-])(?P<clock> ?o'clock)?(?: ?(?P<half_day>[ap])\.?m\b\.?)?"
    r"(?: (?:in the |this )?(?P<part>morning|afternoon|evening|tonight|at night)\b)?"
)
_EN_NAMED = any_of(r"(?:at )?(?P<which>noon|midday|midnight)\b")
_EN_PART = any_of(r"(?:in the |this )?(?P<part>morning|afternoon|evening|night|tonight)\b")
_EN_PARTS = {"morning": 9, "afternoon": 15, "evening": 19, "tonight": 20, "night": 20}
_DURATION = any_of(
    rf"(?P<n>{COUNT}|[0-9]+\.5) ?(?P<half>个半)?(?:个)?(?P<unit>seconds?|secs?|minutes?|mins?|min|"
    rf"hours?|hrs?|h|m|s|秒钟?|分钟?|刻钟|小时|钟头)"
    r"(?P<and>半| and a half)?(?![a-z])"
)
_LEADS = any_of(r"in |过|再过")
_AFTER = any_of(r" ?(?:以后|之后|过后|后)| from now\b| later\b")
_AND = any_of(r",? ?(?:and |零|又)?")


@attrs.frozen
class Moment:
    """A point in time that was read, by the clock of whom it was read for, and where it ends."""

    at: datetime
    end: int


MIDNIGHT = 24


@attrs.frozen
class _Clock:
    hour: int
    minute: int
    end: int
    half: int | None
    """0 before noon, 12 after, MIDNIGHT at the end of the day; None where it was not said."""

    def hours(self) -> tuple[int, ...]:
        """Which hours of the day it may mean, the likelier first."""
        if self.half == MIDNIGHT:
            return (24,)
        if self.half is not None and self.hour <= 12:
            return (self.hour % 12 + self.half,)
        if 1 <= self.hour < 7:
            return (self.hour + 12, self.hour)
        return (self.hour, self.hour + 12) if self.half is None and self.hour < 12 and self.hour else (self.hour,)


def read_moment(text: str, start: int, now: datetime) -> Moment | None:
    """The moment that *text* says from *start* on.

    An hour without its half of the day is the next to come, or a likely one of the day that is said; a day
    without an hour is its MORNING, and one counted from now keeps the clock.
    """
    try:
        return _read_duration(text, start, now) or _read_day_and_clock(text, start, now)
    except (ValueError, OverflowError):
        return None


def read_length(text: str, start: int, now: datetime) -> Moment | None:
    """The moment after the length of time that *text* says from *start* on, such as `10 minutes`."""
    try:
        return _read_duration(text, start, now, is_counted=True)
    except (ValueError, OverflowError):
        return None


def _read_duration(text: str, start: int, now: datetime, *, is_counted: bool = False) -> Moment | None:
    """*is_counted*: without `in` or 后, too, it is counted from now."""
    seconds, at, end = 0.0, start, None
    if lead := _LEADS.match(text, start):
        at, is_counted = lead.end(), True
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
    elif not is_counted:
        return None
    return Moment(_elapsed(now, timedelta(seconds=seconds)), end)


def seconds_between(one: datetime, other: datetime) -> float:
    """How much later *other* is: datetimes of one zone are subtracted by their clocks, and clocks are put back."""
    return other.timestamp() - one.timestamp()


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
        return _Clock(12, 0, found.end(), MIDNIGHT if found["which"].lower() == "midnight" else 12)
    if (found := _EN_CLOCK.match(text, start)) and (clock := _english_clock(found)):
        return clock
    if found := _EN_PART.match(text, start):
        part = found["part"].lower()
        clock = _english_clock_after(text, found)
        return clock or _Clock(_EN_PARTS[part], 0, found.end(), 0 if part == "morning" else None)
    return None


def _english_clock_after(text: str, part: re.Match[str]) -> _Clock | None:
    """`tonight at 8`, `in the morning at 9`."""
    found = _EN_CLOCK.match(text, _skip(text, part.end()))
    clock = _english_clock(found) if found and found["at"] else None
    if clock is None or clock.half is not None:
        return clock
    return attrs.evolve(clock, half=0 if part["part"].lower() == "morning" else 12)


def _chinese_clock(found: re.Match[str]) -> _Clock | None:
    hour = number(found["h"] or found["h2"])
    minute = 15 * (number(found["quarter"]) or 0) if found["quarter"] else number(found["m"] or found["m2"] or "0")
    if found["half"]:
        minute = 30
    if hour is None or minute is None or hour > 24 or minute > 59:
        return None
    part, half = found["part"] or "", None
    if part:
        half = 0 if part in ("凌晨", "清晨", "早上", "早晨", "上午", "早") else 12
        if part in ("晚上", "夜里", "晚", "半夜") and hour == 12:
            half = MIDNIGHT
        elif (part in ("夜里", "半夜") and hour < 5) or (part == "中午" and hour == 11):
            half = 0
    elif (found["h2"] or "").startswith("0"):
        half = 0
    return _Clock(hour, minute, found.end(), half)


def _english_clock(found: re.Match[str]) -> _Clock | None:
    hour, minute = number(found["h"]), int(found["m"] or 0)
    named, half_day, part = ((found[group] or "").lower() for group in ("half", "half_day", "part"))
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
        half = MIDNIGHT
    return _Clock(hour, minute, found.end(), half)


def _wall(day: date, clock: time, now: datetime) -> datetime:
    # By way of UTC: an hour that is left out when clocks go forward becomes the one after it.
    return datetime.combine(day, clock, now.tzinfo).astimezone(UTC).astimezone(now.tzinfo)


def _on(day: date, clock: _Clock, now: datetime) -> datetime:
    moments = [_at(day, hour, clock, now) for hour in clock.hours()]
    return next((moment for moment in moments if seconds_between(now, moment) > 0), moments[0])


def _coming(clock: _Clock, now: datetime) -> datetime:
    """The next time the clock shows it."""
    return min(
        moment
        for days in (0, 1)
        for hour in clock.hours()
        if seconds_between(now, moment := _at(now.date() + timedelta(days), hour, clock, now)) > 0
    )


def _at(day: date, hour: int, clock: _Clock, now: datetime) -> datetime:
    days, hour = divmod(hour, 24)
    return _wall(day + timedelta(days), time(hour, clock.minute), now)


def said_moment(at: datetime, now: datetime, language: Language) -> str:
    """*at* as somebody says it at *now*: today and tomorrow by name, other days in full."""
    away = (at.date() - now.date()).days
    clock = f"{at:%H:%M}"
    if language == "zh":
        day = {0: "今天", 1: "明天"}.get(away) or said_day(at.date(), "zh")
        return f"{day} {clock}"
    day = {0: "today", 1: "tomorrow"}.get(away) or said_day(at.date(), "en")
    return f"{day} at {clock}"
