"""Reminders that are set, listed and cancelled."""

from __future__ import annotations

from tests.robot.scene import Asking, asked, millis
from webchat.model.ids import Millis
from webchat.robot.asking import CancelReminders, Reminder, SetReminder
from webchat.robot.reminders import REMINDERS_MAX, TEXT_LIMIT, mind, reminding

ROWS = (
    ("remind me in 20 minutes to call mum", "I will remind you today at 22:57: call mum"),
    ("Remind me to call mum in 20 minutes.", "I will remind you today at 22:57: call mum"),
    ("remind me in an hour and a half to stretch", "I will remind you tomorrow at 00:07: stretch"),
    ("remind me in half an hour to take the cake out", "I will remind you today at 23:07: take the cake out"),
    ("remind me in 2 hours and 15 minutes to leave", "I will remind you tomorrow at 00:52: leave"),
    ("remind me in 3 days to pay the rent", "I will remind you on Sunday, 29 November 2026 at 22:37: pay the rent"),
    ("remind me tomorrow at 9 to water the plants", "I will remind you tomorrow at 09:00: water the plants"),
    ("remind me tomorrow morning to water the plants", "I will remind you tomorrow at 09:00: water the plants"),
    ("remind me to call Bob tomorrow at 5pm", "I will remind you tomorrow at 17:00: call Bob"),
    ("remind me on Friday at 15:30 about the meeting", "I will remind you tomorrow at 15:30: the meeting"),
    (
        "remind me next Monday that the report is due",
        "I will remind you on Monday, 30 November 2026 at 09:00: the report is due",
    ),
    ("remind me at noon to eat", "I will remind you tomorrow at 12:00: eat"),
    ("remind me at half past eight to leave", "I will remind you tomorrow at 08:30: leave"),
    ("remind me at 5 to go home", "I will remind you tomorrow at 05:00: go home"),
    (
        "remind me on 24 December at 6 pm to light the candles",
        "I will remind you on Thursday, 24 December 2026 at 18:00: light the candles",
    ),
    (
        "remind me the day after tomorrow at 10:15 to phone the bank",
        "I will remind you on Saturday, 28 November 2026 at 10:15: phone the bank",
    ),
    ("remind me tonight at 8 to watch the game", "Today at 20:00 is already past. Which moment do you mean?"),
    ("remind me at 9 tomorrow evening to lock up", "I will remind you tomorrow at 21:00: lock up"),
    ("in 10 minutes remind me to turn off the oven", "I will remind you today at 22:47: turn off the oven"),
    ("tomorrow at noon, please remind me to eat", "I will remind you tomorrow at 12:00: eat"),
    ("set a reminder for tomorrow at 7am to run", "I will remind you tomorrow at 07:00: run"),
    ("Could you remind me to buy 2 apples tomorrow at 18:00?", "I will remind you tomorrow at 18:00: buy 2 apples"),
    (
        "don't let me forget to post the letter on Monday at 10",
        "I will remind you on Monday, 30 November 2026 at 10:00: post the letter",
    ),
    ("20分钟后提醒我关火", "好的，今天 22:57 提醒你：关火"),
    ("提醒我20分钟后关火", "好的，今天 22:57 提醒你：关火"),
    ("半小时后提醒我", "好的，今天 23:07 提醒你：时间到了。"),
    ("一个半小时后叫我起床", "好的，明天 00:07 提醒你：起床"),
    ("两小时30分钟后提醒我出发", "好的，明天 01:07 提醒你：出发"),
    ("明天早上9点提醒我开会", "好的，明天 09:00 提醒你：开会"),
    ("明早七点半叫我起床", "好的，明天 07:30 提醒你：起床"),
    ("提醒我明天下午三点一刻去接孩子", "好的，明天 15:15 提醒你：去接孩子"),
    ("请在明天上午10点提醒我给妈妈打电话", "好的，明天 10:00 提醒你：给妈妈打电话"),
    ("今晚8点提醒我看球", "今天 20:00 已经过了，你说的是什么时候？"),
    ("后天提醒我交报告", "好的，2026年11月28日星期六 09:00 提醒你：交报告"),
    ("下周五下午三点提醒我开会", "好的，2026年12月4日星期五 15:00 提醒你：开会"),
    ("10月1日上午10点提醒我升旗", "好的，2027年10月1日星期五 10:00 提醒你：升旗"),
    ("三天后提醒我还书", "好的，2026年11月29日星期日 22:37 提醒你：还书"),
    ("晚上12点提醒我睡觉", "好的，明天 00:00 提醒你：睡觉"),
    ("中午12点半提醒我吃药", "好的，明天 12:30 提醒你：吃药"),
    ("22:30提醒我关机", "好的，明天 22:30 提醒你：关机"),
    ("提醒我买牛奶明天晚上六点", "好的，明天 18:00 提醒你：买牛奶"),
    ("帮我设一个明天9点的提醒：开会", "好的，明天 09:00 提醒你：开会"),
    ("remind me", "When shall I remind you? For example: remind me in 20 minute"),
    ("remind me to breathe", "When shall I remind you? For example: remind me in 20 minute"),
    ("提醒我一下", "什么时候提醒你？比如：20分钟后提醒我关火，或者：明天早上9点提醒我开会。"),
    ("提醒我喝水", "什么时候提醒你？比如：20分钟后提醒我关火，或者：明天早上9点提醒我开会。"),
    ("remind me every day at 8 to take pills", "I can remind you once, not again and again. Give me one mome"),
    ("remind me to take pills every day at 8", "I can remind you once, not again and again. Give me one mome"),
    ("每天8点提醒我吃药", "我只能提醒一次，还不会重复提醒。可以给我一个时间，比如：明天早上9点提醒我浇花。"),
    ("提醒我每周一开会", "我只能提醒一次，还不会重复提醒。可以给我一个时间，比如：明天早上9点提醒我浇花。"),
    (
        "remind me tomorrow at 9 to tell Bob to drink every day a lot",
        "I will remind you tomorrow at 09:00: tell Bob to drink every day a lot",
    ),
    ("remind me today at 9:00 to sleep", "Today at 09:00 is already past. Which moment do you mean?"),
    ("今天早上8点提醒我跑步", "今天 08:00 已经过了，你说的是什么时候？"),
    ("remind me on 2035-01-01 to laugh", "That is too far away for me: two years at most."),
    (
        "remind me in 5 minutes to *shout* @all [x](y)",
        "I will remind you today at 22:42: \\*shout\\* \\@all \\[x\\](y)",
    ),
    ("remind me in 10 min to check the oven", "I will remind you today at 22:47: check the oven"),
    ("remind me in 1 hour", "I will remind you today at 23:37: It is time."),
    ("remind me at 18:00 to leave", "I will remind you tomorrow at 18:00: leave"),
    ("remind me tomorrow 9am standup", "I will remind you tomorrow at 09:00: standup"),
    ("remind me to stand up at 10 am tomorrow", "I will remind you tomorrow at 10:00: stand up"),
    ("remind me monday to send the report", "I will remind you on Monday, 30 November 2026 at 09:00: send the report"),
    ("set a reminder in 30 minutes: tea", "I will remind you today at 23:07: tea"),
    ("set reminder for 5pm call John", "I will remind you tomorrow at 17:00: call John"),
    ("wake me up at 7", "I will remind you tomorrow at 07:00: It is time."),
    ("wake me in 20 minutes", "I will remind you today at 22:57: It is time."),
    ("remind me later", "When shall I remind you? For example: remind me in 20 minute"),
    ("remind me next month to renew", "I will remind you on Saturday, 26 December 2026 at 22:37: renew"),
    ("remind me on the 15th to pay rent", "I will remind you on Tuesday, 15 December 2026 at 09:00: pay rent"),
    ("remind me 3 days before Christmas", "I will remind you on Tuesday, 22 December 2026 at 09:00: It is time."),
    ("remind Bob to call me at 5", "I can remind only you. For example: remind me at 5 to call Bob."),
    ("5分钟后叫我", "好的，今天 22:42 提醒你：时间到了。"),
    ("10分钟后提醒我喝水", "好的，今天 22:47 提醒你：喝水"),
    ("明天提醒我给小王发邮件", "好的，明天 09:00 提醒你：给小王发邮件"),
    ("明天下午2点半提醒我去医院", "好的，明天 14:30 提醒你：去医院"),
    ("下周一早上九点提醒我交周报", "好的，2026年11月30日星期一 09:00 提醒你：交周报"),
    ("请提醒我周五下班前交报告", "好的，明天 09:00 提醒你：下班前交报告"),
    ("过半小时提醒我", "好的，今天 23:07 提醒你：时间到了。"),
    ("晚上8点叫我看电视", "好的，明天 20:00 提醒你：看电视"),
    ("提醒我晚上八点吃药", "好的，明天 20:00 提醒你：吃药"),
    ("中午提醒我订餐", "好的，明天 12:00 提醒你：订餐"),
    ("设个提醒，明天早上8点起床", "好的，明天 08:00 提醒你：起床"),
    ("设置提醒：明天下午三点开会", "好的，明天 15:00 提醒你：开会"),
    ("半个小时后提醒我一下", "好的，今天 23:07 提醒你：时间到了。"),
    ("一会儿提醒我", "什么时候提醒你？比如：20分钟后提醒我关火，或者：明天早上9点提醒我开会。"),
    ("帮我定个10分钟的闹钟", "好的，今天 22:47 提醒你：时间到了。"),
    ("月底提醒我交房租", "好的，2026年11月30日星期一 09:00 提醒你：交房租"),
    ("12月25日提醒我买礼物", "好的，2026年12月25日星期五 09:00 提醒你：买礼物"),
)


TEA = Reminder(2, millis(2026, 11, 27, 9), "drink *tea*")
CALL = Reminder(5, millis(2026, 11, 26, 23), "给妈妈打电话")


class Setting(Asking):
    def test_rows(self) -> None:
        """A moment before, within and behind what is to be reminded of, in both languages."""
        self.compare("reminder", ROWS)

    def test_action(self) -> None:
        """What is promised is what is to be done."""
        for text, due, what in (
            ("remind me in 20 minutes to call Mum", millis(2026, 11, 26, 22, 57), "call Mum"),
            ("remind me to buy *milk* tomorrow at 9", millis(2026, 11, 27, 9), "buy *milk*"),
            ("Remind me on 3 January at noon: pay the rent!", millis(2027, 1, 3, 12), "pay the rent"),
            ("remind me tomorrow", millis(2026, 11, 27, 9), "It is time."),
            ("明天早上9点提醒我开会，带上电脑", millis(2026, 11, 27, 9), "开会，带上电脑"),
            ("提醒我20分钟后关火", millis(2026, 11, 26, 22, 57), "关火"),
            ("半小时后提醒我", millis(2026, 11, 26, 23, 7), "时间到了。"),
            ("提醒我后天的会议", millis(2026, 11, 28, 9), "会议"),
        ):
            self.assertEqual(self.answer(text).action, SetReminder(due, what), text)

    def test_clocks_are_changed(self) -> None:
        """20 minutes are 20 minutes while clocks are put back; an hour that is left out is the one after it."""
        zone = "Europe/Berlin"
        late = Millis(millis(2026, 10, 25, 0, 50, "UTC"))
        answer = self.answer("remind me in 20 minutes to sleep", now=late, zone=zone)
        self.assertEqual(answer.action, SetReminder(Millis(late + 20 * 60_000), "sleep"))
        self.assertIn("today at 02:10", answer.text)
        spring = millis(2027, 3, 27, 20, 0, zone)
        answer = self.answer("remind me tomorrow at 2:30 am to sleep", now=spring, zone=zone)
        self.assertIn("tomorrow at 03:30", answer.text)

    def test_zone(self) -> None:
        """Where the speaker's clock is not known, the promise says by which it is."""
        answer = self.answer("remind me tomorrow at 9 to run", zone=None)
        self.assertEqual(answer.action, SetReminder(millis(2026, 11, 27, 9, 0, "UTC"), "run"))
        self.assertIn("UTC", answer.text)
        self.assertIn("UTC", self.answer("明天9点提醒我跑步", zone=None).text)

    def test_refused(self) -> None:
        """What is past, too far away, too long, too much, without a moment, or for ever again: no action."""
        full = [Reminder(number, TEA.due, "x") for number in range(REMINDERS_MAX)]
        for text, reminders, said in (
            ("remind me today at 9:00 to run", [], "already past"),
            ("remind me on 2035-01-01 to laugh", [], "too far away"),
            ("remind me tomorrow to " + "x" * (TEXT_LIMIT + 1), [], "too long"),
            ("remind me tomorrow to run", full, "cancel 1"),
            ("remind me to run", [], "When shall I"),
            ("remind me every Monday to run", [], "not again and again"),
            ("明天提醒我跑步", full, "取消1"),
            ("每周一提醒我跑步", [], "只能提醒一次"),
        ):
            answer = self.answer(text, reminders=reminders)
            self.assertIn(said, answer.text)
            self.assertIsNone(answer.action, text)

    def test_repeated_within(self) -> None:
        """What somebody else does every day may be what one is to be reminded of."""
        answer = self.answer("remind me tomorrow at 9 to ask Bob what he does every day at work")
        self.assertEqual(answer.action, SetReminder(millis(2026, 11, 27, 9), "ask Bob what he does every day at work"))

    def test_other_words(self) -> None:
        """Alarms, timers, being woken; for oneself alone; a day that only bounds is not the moment."""
        for text, due, what in (
            ("set a timer for 10 minutes", millis(2026, 11, 26, 22, 47), "It is time."),
            ("set an alarm for 7am", millis(2026, 11, 27, 7), "It is time."),
            ("wake me up at 7 am to run", millis(2026, 11, 27, 7), "run"),
            ("帮我定个10分钟的闹钟", millis(2026, 11, 26, 22, 47), "时间到了。"),
            ("remind me 3 days before Christmas to buy presents", millis(2026, 12, 22, 9), "buy presents"),
        ):
            self.assertEqual(self.answer(text).action, SetReminder(due, what), text)
        for text, said in (
            ("remind me to pay by Friday", "When shall I"),
            ("remind me to call before tomorrow", "When shall I"),
            ("remind Bob to call me at 5", "only you"),
            ("一会儿提醒我", "什么时候"),
        ):
            answer = self.answer(text)
            self.assertIsNone(answer.action)
            self.assertIn(said, answer.text)

    def test_not_asked(self) -> None:
        """Talking of reminders is not asking for one."""
        for text in (
            "you remind me of my brother",
            "remind me of my childhood",
            "he reminded me to lock the door",
            "她昨天提醒我开会",
            "谢谢你提醒我",
            "昨天提醒我的人",
            "他叫我小王",
            "叫我小王",
            "提醒我们多喝水",
        ):
            self.assertIsNone(mind(asked(text)), text)


class Keeping(Asking):
    def test_list(self) -> None:
        """They are listed with their numbers, the soonest first, their text without Markdown."""
        answer = self.answer("my reminders", reminders=[TEA, CALL])
        self.assertEqual(
            answer.text,
            "Your reminders (to cancel one, say: cancel 5):\n"
            "- **5** · today at 23:00 · 给妈妈打电话\n"
            "- **2** · tomorrow at 09:00 · drink \\*tea\\*",
        )
        self.assertIsNone(answer.action)
        for text in ("我的提醒", "查看提醒", "有哪些提醒", "提醒列表"):
            self.assertIn("- **5** · 今天 23:00 · 给妈妈打电话", self.answer(text, reminders=[TEA, CALL]).text, text)
        for text in ("show me my reminders", "reminders", "what are my reminders?"):
            self.assertIn("**2**", self.answer(text, reminders=[TEA, CALL]).text, text)
        self.assertIn("no reminders", self.answer("my reminders").text)
        self.assertIn("没有提醒", self.answer("我的提醒").text)

    def test_cancel(self) -> None:
        """One, some or all are cancelled by their numbers; one that is not there is said to be missing."""
        for text, numbers in (
            ("cancel 2", (2,)),
            ("cancel reminder #5", (5,)),
            ("delete reminders 2 and 5", (2, 5)),
            ("cancel 5, 2", (5, 2)),
            ("cancel 2, 2", (2,)),
            ("cancel all reminders", (2, 5)),
            ("取消2", (2,)),
            ("取消第2个提醒", (2,)),
            ("删除提醒5", (5,)),
            ("取消第五个", (5,)),
            ("取消2、5", (2, 5)),
            ("取消所有提醒", (2, 5)),
        ):
            answer = self.answer(text, reminders=[TEA, CALL])
            self.assertEqual(answer.action, CancelReminders(numbers), text)
        self.assertEqual(self.answer("cancel 2", reminders=[TEA]).text, "Cancelled: drink \\*tea\\*")
        for text in ("cancel 3", "取消3", "cancel 2, 3"):
            answer = self.answer(text, reminders=[TEA, CALL])
            self.assertIn("3", answer.text)
            self.assertIsNone(answer.action)
        for text in ("cancel 2", "取消所有提醒", "cancel"):
            self.assertIsNone(self.answer(text).action)

    def test_cancel_which(self) -> None:
        """Without a number the only one is meant; of several they are listed."""
        self.assertEqual(self.answer("取消", reminders=[TEA]).action, CancelReminders((2,)))
        self.assertEqual(self.answer("cancel my reminder", reminders=[TEA]).action, CancelReminders((2,)))
        answer = self.answer("取消", reminders=[TEA, CALL])
        self.assertIsNone(answer.action)
        self.assertIn("- **2**", answer.text)

    def test_reminding(self) -> None:
        """What is said when the time has come mentions nobody."""
        self.assertEqual(reminding(TEA, "en"), "⏰ You asked me to remind you: drink \\*tea\\*")
        self.assertEqual(reminding(Reminder(1, TEA.due, "@all 开会"), "zh"), "⏰ 提醒你：\\@all 开会")
