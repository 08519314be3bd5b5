"""Moments as people write them; it is Thursday, 26 November 2026, 14:20, in Berlin."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from twisted.trial.unittest import SynchronousTestCase

from webchat.robot.moments import read_moment, said_moment, seconds_between

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 26, 14, 20, tzinfo=BERLIN)


class Moments(SynchronousTestCase):
    def test_moments(self) -> None:
        """Lengths of time, hours, parts of the day, days with and without an hour."""
        for text, expected in (
            ("in 20 minutes", "26 14:40"),
            ("in an hour", "26 15:20"),
            ("in half an hour", "26 14:50"),
            ("in an hour and a half", "26 15:50"),
            ("in 1 hour and 5 minutes", "26 15:25"),
            ("in 1.5 hours", "26 15:50"),
            ("in twenty-five mins", "26 14:45"),
            ("10 minutes from now", "26 14:30"),
            ("in 2h", "26 16:20"),
            ("20分钟后", "26 14:40"),
            ("半小时后", "26 14:50"),
            ("一个半小时后", "26 15:50"),
            ("两个小时以后", "26 16:20"),
            ("一刻钟后", "26 14:35"),
            ("过10分钟", "26 14:30"),
            ("1小时5分钟后", "26 15:25"),
            ("半个小时之后", "26 14:50"),
            ("at 5pm", "26 17:00"),
            ("at 5 p.m.", "26 17:00"),
            ("5 am", "27 05:00"),
            ("at 3", "26 15:00"),
            ("at 2", "27 02:00"),
            ("at 9", "26 21:00"),
            ("15:30", "26 15:30"),
            ("at 9:30", "26 21:30"),
            ("09:30", "27 09:30"),
            ("at noon", "27 12:00"),
            ("at midnight", "27 00:00"),
            ("half past four", "26 16:30"),
            ("at quarter to six", "26 17:45"),
            ("five o'clock", "26 17:00"),
            ("at 8 in the morning", "27 08:00"),
            ("tonight", "26 20:00"),
            ("tonight at 11", "26 23:00"),
            ("this evening at 7", "26 19:00"),
            ("this afternoon", "26 15:00"),
            ("tomorrow", "27 09:00"),
            ("tomorrow at 9", "27 09:00"),
            ("tomorrow at 3", "27 15:00"),
            ("tomorrow at 3 am", "27 03:00"),
            ("tomorrow morning", "27 09:00"),
            ("tomorrow morning at 7:15", "27 07:15"),
            ("tomorrow, at noon", "27 12:00"),
            ("at 9 tomorrow", "27 09:00"),
            ("at 9 tomorrow evening", "27 21:00"),
            ("9pm on Friday", "27 21:00"),
            ("on Friday at 15:30", "27 15:30"),
            ("in 3 days", "29 14:20"),
            ("in 3 days at noon", "29 12:00"),
            ("2026-11-30 at 8:05 pm", "30 20:05"),
            ("on 30 November at 8", "30 08:00"),
            ("下午3点", "26 15:00"),
            ("3点", "26 15:00"),
            ("早上八点", "27 08:00"),
            ("晚上8点半", "26 20:30"),
            ("今晚八点", "26 20:00"),
            ("今晚", "26 20:00"),
            ("明早", "27 08:00"),
            ("明天", "27 09:00"),
            ("明天早上9点", "27 09:00"),
            ("明天下午三点一刻", "27 15:15"),
            ("明天的15:30", "27 15:30"),
            ("周五下午3点45分", "27 15:45"),
            ("晚上12点", "27 00:00"),
            ("半夜两点", "27 02:00"),
            ("中午", "27 12:00"),
            ("中午11点半", "27 11:30"),
            ("凌晨", "27 05:00"),
            ("三天后", "29 14:20"),
            ("11月30日晚上7点", "30 19:00"),
            ("后天中午12点", "28 12:00"),
            ("24点", "27 00:00"),
        ):
            found = read_moment(text, 0, NOW)
            assert found is not None, text
            self.assertEqual((f"{found.at:%d %H:%M}", found.end), (expected, len(text)), text)

    def test_none(self) -> None:
        """A number, a length without a direction, and hours that no clock shows are no moments."""
        for text in (
            "",
            "9",
            "20 minutes",
            "20分钟",
            "at",
            "at 25:00",
            "at 9:75",
            "13 pm",
            "25点",
            "9点75分",
            "晚",
            "早",
            "in minutes",
            "in the house",
            "at 100",
            "5 apples",
            "three",
            "in 99999999 hours",
            "at 2026",
        ):
            self.assertIsNone(read_moment(text, 0, NOW), text)

    def test_past(self) -> None:
        """A day that is said stays that day, though its hour be past."""
        for text in ("today at 9:00 am", "今天早上9点"):
            found = read_moment(text, 0, NOW)
            assert found is not None
            self.assertLess(seconds_between(NOW, found.at), 0)

    def test_clocks_are_changed(self) -> None:
        """Lengths are real; an hour that is left out becomes the one after it."""
        late = datetime(2026, 10, 25, 2, 50, tzinfo=BERLIN)
        found = read_moment("in 20 minutes", 0, late)
        assert found is not None
        self.assertEqual((found.at.hour, found.at.fold, seconds_between(late, found.at)), (2, 1, 1200))
        found = read_moment("tomorrow at 2:30 am", 0, datetime(2027, 3, 27, 12, tzinfo=BERLIN))
        assert found is not None
        self.assertEqual(f"{found.at:%H:%M %z}", "03:30 +0200")

    def test_said(self) -> None:
        """Today and tomorrow by name, other days in full."""
        for day, en, zh in (
            (26, "today at 09:05", "今天 09:05"),
            (27, "tomorrow at 09:05", "明天 09:05"),
            (28, "Saturday, 28 November 2026 at 09:05", "2026年11月28日星期六 09:05"),
        ):
            at = datetime(2026, 11, day, 9, 5, tzinfo=BERLIN)
            self.assertEqual(said_moment(at, NOW, "en"), en)
            self.assertEqual(said_moment(at, NOW, "zh"), zh)
