"""What time and day it is, and how far away others are."""

from __future__ import annotations

from tests.robot.scene import Asking, millis

ROWS = (
    ("what time is it?", "It is 22:37, Thursday, 26 November 2026."),
    ("What's the time now?", "It is 22:37, Thursday, 26 November 2026."),
    ("current time", "It is 22:37, Thursday, 26 November 2026."),
    ("现在几点了？", "现在是 22:37，2026年11月26日星期四。"),
    ("请问现在几点", "现在是 22:37，2026年11月26日星期四。"),
    ("时间", "现在是 22:37，2026年11月26日星期四。"),
    ("what time is it in Tokyo", "In Tokyo it is 23:37, Thursday, 26 November 2026 (UTC+9)."),
    ("time in new york right now", "In New York it is 09:37, Thursday, 26 November 2026 (UTC-5)."),
    ("London time", "In London it is 14:37, Thursday, 26 November 2026 (UTC+0)."),
    ("What is the time in UTC+5:30?", "In UTC+5:30 it is 20:07, Thursday, 26 November 2026 (UTC+5:30)."),
    ("what time is it in Asia/Kathmandu", "In Asia/Kathmandu it is 20:22, Thursday, 26 November 2026 (UTC+5:45)."),
    ("what time is it in Nowhereville?", "I do not know the time zone of Nowhereville. A big city, a c"),
    ("东京现在几点？", "东京现在是 23:37，2026年11月26日星期四（UTC+9）。"),
    ("现在纽约几点了", "纽约现在是 09:37，2026年11月26日星期四（UTC-5）。"),
    ("巴黎时间", "巴黎现在是 15:37，2026年11月26日星期四（UTC+1）。"),
    ("洛杉矶那边现在几点", "洛杉矶现在是 06:37，2026年11月26日星期四（UTC-8）。"),
    ("北京时间", "现在是 22:37，2026年11月26日星期四。"),
    ("UTC+9 现在几点", "UTC+9现在是 23:37，2026年11月26日星期四（UTC+9）。"),
    ("what's the date?", "Today is Thursday, 26 November 2026."),
    ("what day is it today?", "Today is Thursday, 26 November 2026."),
    ("今天几号", "今天是2026年11月26日星期四。"),
    ("今天是星期几", "今天是2026年11月26日星期四。"),
    ("今天几月几号？", "今天是2026年11月26日星期四。"),
    ("what week is it", "It is week 48 of 2026; weeks begin on Monday."),
    ("今天是第几周", "现在是2026年第48周（每周从星期一开始）。"),
    ("what day is 2026-10-01", "That is Thursday, 1 October 2026."),
    ("what day of the week was 1999-12-31", "That is Friday, 31 December 1999."),
    ("1 October 2027 is what day", "That is Friday, 1 October 2027."),
    ("what day is tomorrow?", "That is Friday, 27 November 2026."),
    ("what date is next Friday?", "That is Friday, 4 December 2026."),
    ("when is next Monday", "That is Monday, 30 November 2026."),
    ("when is the day after tomorrow", "That is Saturday, 28 November 2026."),
    ("what is the date in 3 weeks", "That is Thursday, 17 December 2026."),
    ("what day was 100 days ago", "That is Tuesday, 18 August 2026."),
    ("what day is the end of the month", "That is Monday, 30 November 2026."),
    ("when is Christmas?", "That is Friday, 25 December 2026."),
    ("when is Halloween", "That is Sunday, 31 October 2027."),
    ("2026-10-01是星期几", "是2026年10月1日星期四。"),
    ("2027年1月1日是星期几", "是2027年1月1日星期五。"),
    ("十月一日是星期几", "是2026年10月1日星期四。"),
    ("三天后是几号", "是2026年11月29日星期日。"),
    ("100天后是星期几", "是2027年3月6日星期六。"),
    ("两周后是几号", "是2026年12月10日星期四。"),
    ("一个月后是几号", "是2026年12月26日星期六。"),
    ("半年后是几号", "是2027年5月26日星期三。"),
    ("下周五是几号", "是2026年12月4日星期五。"),
    ("周末是几号", "是2026年11月28日星期六。"),
    ("上周三是几号", "是2026年11月18日星期三。"),
    ("下下周一是几号", "是2026年12月7日星期一。"),
    ("后天是星期几", "是2026年11月28日星期六。"),
    ("月底是星期几", "是2026年11月30日星期一。"),
    ("明年元旦是星期几", "是2027年1月1日星期五。"),
    ("15号是星期几", "是2026年11月15日星期日。"),
    ("what day is 2026-02-30", "There is no such day as 2026-02-30."),
    ("days until 2027-01-01", "36 days until Friday, 1 January 2027."),
    ("how many days until Christmas?", "29 days until Friday, 25 December 2026."),
    ("how many days till 26 November 2026", "That is today, Thursday, 26 November 2026."),
    ("how long until New Year's Eve", "35 days until Thursday, 31 December 2026."),
    ("距离元旦还有几天", "距离2027年1月1日星期五还有 36 天。"),
    ("离2027年6月7日还有多少天", "距离2027年6月7日星期一还有 193 天。"),
    ("国庆节还有多少天", "距离2027年10月1日星期五还有 309 天。"),
    ("到下周五还有几天", "距离2026年12月4日星期五还有 8 天。"),
    ("how many days since 2026-01-01", "329 days since Thursday, 1 January 2026."),
    ("how many days ago was 1 March 2026", "270 days since Sunday, 1 March 2026."),
    ("从元旦到现在多少天了", "2026年1月1日星期四已经过去 329 天。"),
    (
        "how many days between 2026-01-01 and 2026-12-31",
        "From Thursday, 1 January 2026 to Thursday, 31 December 2026: 364 days.",
    ),
    ("days from 1 March 2028 to 1 February 2028", "From Tuesday, 1 February 2028 to Wednesday, 1 March 2028: 29 days."),
    ("从10月1日到12月25日有多少天", "从2026年10月1日星期四到2026年12月25日星期五，相差 85 天。"),
    ("2026-01-01和2026-12-31之间相差多少天", "从2026年1月1日星期四到2026年12月31日星期四，相差 364 天。"),
    ("is 2028 a leap year?", "Yes: 2028 has 366 days."),
    ("is 2100 a leap year", "No: 2100 has 365 days."),
    ("2028年是闰年吗", "是的，2028 年是闰年，有 366 天。"),
    ("春节还有几天", "这个日子按农历算，我不懂农历。告诉我公历日期，我就能帮你算。"),
    (
        "when is Mid-Autumn Festival",
        "That day follows the lunar calendar, which I do not know. I can count once you tell me the date.",
    ),
    ("what's the time in Berlin", "In Berlin it is 15:37, Thursday, 26 November 2026 (UTC+1)."),
    ("time in china", "In China it is 22:37, Thursday, 26 November 2026 (UTC+8)."),
    ("what's the time difference between Tokyo and London", "Tokyo is 9 hours ahead of London now."),
    ("现在美国几点", "美国有好几个时区：纽约 09:37，芝加哥 08:37，丹佛 07:37，洛杉矶 06:37。"),
    ("伦敦几点", "伦敦现在是 14:37，2026年11月26日星期四（UTC+0）。"),
    ("柏林现在几点钟了", "柏林现在是 15:37，2026年11月26日星期四（UTC+1）。"),
    ("what's today's date", "Today is Thursday, 26 November 2026."),
    ("what is the date tomorrow", "That is Friday, 27 November 2026."),
    ("what date was yesterday", "That is Wednesday, 25 November 2026."),
    ("what day is Christmas this year", "That is Friday, 25 December 2026."),
    ("what day of the week is July 4 2027", "That is Sunday, 4 July 2027."),
    ("how many weeks until Christmas", "4 weeks and 1 day until Friday, 25 December 2026."),
    ("how long until Christmas", "29 days until Friday, 25 December 2026."),
    ("days left until new year", "36 days until Friday, 1 January 2027."),
    ("圣诞节是星期几", "是2026年12月25日星期五。"),
    ("今年国庆节是星期几", "是2026年10月1日星期四。"),
    ("还有几天过年", "这个日子按农历算，我不懂农历。告诉我公历日期，我就能帮你算。"),
    ("还有多少天到圣诞节", "距离2026年12月25日星期五还有 29 天。"),
    ("距离2027-01-01还有多久", "距离2027年1月1日星期五还有 36 天。"),
    ("明天是几号", "是2026年11月27日星期五。"),
    ("明天星期几", "是2026年11月27日星期五。"),
    ("昨天是星期几", "是2026年11月25日星期三。"),
    ("后天几号", "是2026年11月28日星期六。"),
    ("下个月1号是星期几", "是2026年12月1日星期二。"),
    ("90天后是哪天", "是2027年2月24日星期三。"),
    ("100天以前是几号", "是2026年8月18日星期二。"),
    ("今年是闰年吗", "不是，2026 年是平年，有 365 天。"),
)


class Questions(Asking):
    def test_rows(self) -> None:
        """Times, days, distances between days, and what the calendar does not have."""
        self.compare("time", ROWS)

    def test_zone(self) -> None:
        """The clock is the speaker's; where it is not known, the answer says that it is UTC's."""
        now = millis(2026, 7, 1, 12, 0, "Europe/London")
        for zone, expected in (
            ("Europe/London", "It is 12:00, Wednesday, 1 July 2026."),
            ("UTC", "It is 11:00, Wednesday, 1 July 2026."),
            ("America/St_Johns", "It is 08:30, Wednesday, 1 July 2026."),
            (None, "It is 11:00, Wednesday, 1 July 2026. (By UTC: I do not know your time zone.)"),
            ("Europe/Atlantis", "It is 11:00, Wednesday, 1 July 2026. (By UTC: I do not know your time zone.)"),
            ("../../etc/passwd", "It is 11:00, Wednesday, 1 July 2026. (By UTC: I do not know your time zone.)"),
        ):
            self.assertEqual(self.answer("what time is it", now=now, zone=zone).text, expected)
        self.assertIn("UTC", self.answer("几点了", zone=None).text)

    def test_differences(self) -> None:
        """How far apart two places are, at the time of the question; a country of several zones tells several times."""
        summer = millis(2026, 7, 1)
        for text, now, expected in (
            ("time difference between Tokyo and London", None, "Tokyo is 9 hours ahead of London now."),
            ("time difference between Tokyo and London", summer, "Tokyo is 8 hours ahead of London now."),
            ("what's the time difference between Delhi and UTC", None, "Delhi is 5.5 hours ahead of UTC now."),
            ("北京和纽约的时差", None, "北京现在比纽约早 13 小时。"),
            ("伦敦和北京时差多少", None, "伦敦现在比北京晚 8 小时。"),
            ("北京和香港的时差", None, "北京和香港现在没有时差。"),
        ):
            self.assertEqual(self.answer(text, **({"now": now} if now else {})).text, expected)
        self.assertEqual(
            self.answer("time in the US").text,
            "US has several times: New York 09:37, Chicago 08:37, Denver 07:37, Los Angeles 06:37.",
        )

    def test_date_line(self) -> None:
        """Elsewhere it may be another day."""
        now = millis(2026, 12, 31, 23, 30)
        self.assertIn("1 January 2027", self.answer("what time is it in Auckland", now=now).text)
        self.assertIn("今天是2026年12月31日", self.answer("今天几号", now=now).text)
