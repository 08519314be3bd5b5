"""Days as people write them; today is Thursday, 26 November 2026."""

from __future__ import annotations

from datetime import date

from twisted.trial.unittest import SynchronousTestCase

from webchat.robot.days import looks_like_day, read_day, said_day, shifted_months, whole_day

TODAY = date(2026, 11, 26)


class Days(SynchronousTestCase):
    def test_days(self) -> None:
        """Dates, weekdays, distances, holidays, ends of months."""
        for text, expected in (
            ("2027-01-31", "2027-01-31"),
            ("2027/1/31", "2027-01-31"),
            ("2027.1.31", "2027-01-31"),
            ("2027年1月31日", "2027-01-31"),
            ("二〇二七年一月三十一号", "2027-01-31"),
            ("明年1月31日", "2027-01-31"),
            ("1月31日", "2027-01-31"),
            ("12月3号", "2026-12-03"),
            ("31 January 2027", "2027-01-31"),
            ("January 31, 2027", "2027-01-31"),
            ("Jan. 31st", "2027-01-31"),
            ("the 3rd of December", "2026-12-03"),
            ("on 3 Dec", "2026-12-03"),
            ("today", "2026-11-26"),
            ("tomorrow", "2026-11-27"),
            ("the day after tomorrow", "2026-11-28"),
            ("yesterday", "2026-11-25"),
            ("今天", "2026-11-26"),
            ("明天", "2026-11-27"),
            ("后天", "2026-11-28"),
            ("大后天", "2026-11-29"),
            ("昨天", "2026-11-25"),
            ("前天", "2026-11-24"),
            ("大前天", "2026-11-23"),
            ("Thursday", "2026-11-26"),
            ("Friday", "2026-11-27"),
            ("on Wednesday", "2026-12-02"),
            ("next Friday", "2026-12-04"),
            ("next Monday", "2026-11-30"),
            ("last Friday", "2026-11-20"),
            ("this Friday", "2026-11-27"),
            ("next weekend", "2026-12-05"),
            ("周五", "2026-11-27"),
            ("下周五", "2026-12-04"),
            ("这周五", "2026-11-27"),
            ("上周五", "2026-11-20"),
            ("下下周一", "2026-12-07"),
            ("星期天", "2026-11-29"),
            ("礼拜三", "2026-12-02"),
            ("周末", "2026-11-28"),
            ("in 3 days", "2026-11-29"),
            ("3 days ago", "2026-11-23"),
            ("two weeks from now", "2026-12-10"),
            ("in a month", "2026-12-26"),
            ("in a couple of days", "2026-11-28"),
            ("三天后", "2026-11-29"),
            ("两周之后", "2026-12-10"),
            ("3个月后", "2027-02-26"),
            ("一年前", "2025-11-26"),
            ("半年后", "2027-05-26"),
            ("一年半以后", "2028-05-26"),
            ("十五天前", "2026-11-11"),
            ("Christmas", "2026-12-25"),
            ("New Year's Eve", "2026-12-31"),
            ("new year", "2027-01-01"),
            ("Christmas 2030", "2030-12-25"),
            ("元旦", "2027-01-01"),
            ("明年元旦", "2027-01-01"),
            ("2030年国庆节", "2030-10-01"),
            ("平安夜", "2026-12-24"),
            ("五一", "2027-05-01"),
            ("the end of the month", "2026-11-30"),
            ("月底", "2026-11-30"),
            ("下个月底", "2026-12-31"),
            ("the 28th", "2026-11-28"),
            ("the 3rd", "2026-12-03"),
            ("15号", "2026-12-15"),
            ("下个月15号", "2026-12-15"),
            ("next week", "2026-12-03"),
            ("下周", "2026-12-03"),
            ("下个月", "2026-12-26"),
            ("next year", "2027-11-26"),
            ("明年", "2027-11-26"),
            ("29 February", "2028-02-29"),
        ):
            self.assertEqual(whole_day(text, TODAY), date.fromisoformat(expected), text)

    def test_lean(self) -> None:
        """A day without a year is in the coming, this or the last one."""
        for lean, new_year, december in ((1, 2027, 2026), (0, 2026, 2026), (-1, 2026, 2025)):
            self.assertEqual(whole_day("1 January", TODAY, lean), date(new_year, 1, 1))
            self.assertEqual(whole_day("12月3日", TODAY, lean), date(december, 12, 3))
            self.assertEqual(whole_day("26 November", TODAY, lean), TODAY)

    def test_none(self) -> None:
        """What is no day, or one that no calendar has."""
        for text in (
            "",
            "day",
            "the sun",
            "sat",
            "may",
            "2026-13-01",
            "2026-02-30",
            "2月30日",
            "31 April",
            "the 31st of February 2027",
            "99号",
            "3 days",
            "三天",
            "in 3.5 days",
            "999999 years ago",
            "in 999999 weeks",
            "0000-01-01",
            "周",
            "week",
            "半天后",
        ):
            self.assertIsNone(whole_day(text, TODAY), text)
        self.assertTrue(looks_like_day("2026-02-30"))
        self.assertFalse(looks_like_day("someday"))

    def test_within(self) -> None:
        """A day is read from its place in a text, and says where it ends."""
        found = read_day("see you tomorrow at 9", 8, TODAY)
        assert found is not None
        self.assertEqual((found.day, found.end), (date(2026, 11, 27), 16))

    def test_shifted(self) -> None:
        """A shorter month has its last day for one that it lacks."""
        self.assertEqual(shifted_months(date(2027, 1, 31), 1), date(2027, 2, 28))
        self.assertEqual(shifted_months(date(2026, 3, 31), -13), date(2025, 2, 28))

    def test_said(self) -> None:
        """In the words of either language."""
        self.assertEqual(said_day(TODAY, "en"), "Thursday, 26 November 2026")
        self.assertEqual(said_day(TODAY, "zh"), "2026年11月26日星期四")
