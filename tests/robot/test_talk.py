"""Small talk."""

from __future__ import annotations

from tests.robot.scene import FACTS, Asking, falls, question
from webchat.robot.brain import Brain
from webchat.robot.talk import TALK

ROWS = (
    ("hello", "Hello, Mei! What can I do for you?"),
    ("Hi there!", "Hello, Mei! What can I do for you?"),
    ("你好", "Mei，你好！有什么可以帮你？"),
    ("大白，在吗？", "Mei，你好！有什么可以帮你？"),
    ("good morning", "Good morning, Mei! May it be a good day."),
    ("早上好", "Mei，早上好！祝你今天顺利。"),
    ("good night", "Good night, Mei. Sleep well."),
    ("晚安", "Mei，晚安，好梦。"),
    ("bye", "Goodbye, Mei!"),
    ("再见", "再见，Mei！"),
    ("thanks", "You are welcome, Mei!"),
    ("Thank you so much!", "You are welcome, Mei!"),
    ("谢谢你", "不客气，Mei！"),
    ("who are you?", "I am 大白, the robot of 茶馆: a program with rules, no person, a"),
    ("are you a robot", "I am 大白, the robot of 茶馆: a program with rules, no person, a"),
    ("你是谁？", "我是大白，茶馆的机器人：一个按规则回答的程序，不是真人，也不联网。说“帮助”看看我会什么。"),
    ("你叫什么名字", "我是大白，茶馆的机器人：一个按规则回答的程序，不是真人，也不联网。说“帮助”看看我会什么。"),
    ("how are you", "All my gears turn. And you, Mei?"),
    ("最近怎么样", "一切正常！Mei，你呢？"),
    ("how old are you", "A program has versions instead of birthdays: mine is 0.1.0."),
    ("你几岁了", "程序没有岁数，只有版本号：我是 0.1.0。"),
    ("where are you from", "I live on the machine of 茶馆, and never leave it."),
    ("who made you", "The authors of webchat wrote me, and the people of 茶馆 gave me a home."),
    ("tell me a joke", "Why do robots like trees? So many logs to read."),
    ("讲个笑话", "机器人为什么喜欢森林？因为日志（log）多。"),
    ("well done", "Thank you, Mei! That warms my circuits."),
    ("you are great", "Thank you, Mei! That warms my circuits."),
    ("你真棒", "谢谢Mei！电路都暖了。"),
    ("you are stupid", "I am sorry. I know only a few things; say “help”, and you see which."),
    ("你好笨", "对不起。我会的不多，说“帮助”可以看到。"),
    ("I am sad", "I am sorry to hear that, Mei. A break, some water, and someb"),
    ("我好累", "听到这个我很难过，Mei。休息一下，喝点水，找个人聊聊，比机器人管用。"),
    ("I'm happy", "That is good to hear, Mei!"),
    ("ok", "👍"),
    ("好的", "👍"),
    ("haha", "😄"),
    ("哈哈哈", "😄"),
    ("sorry", "No harm done."),
    ("happy birthday", "Thank you, Mei, and the same to you!"),
    ("新年快乐", "谢谢Mei，也祝你快乐！"),
    ("what's my name", "Here you are called Mei. More I do not know of you."),
    ("我是谁", "这里大家叫你Mei，别的我就不知道了。"),
    ("what's the weather like?", "I look nothing up on the internet, so I know neither weather"),
    ("今天天气怎么样", "我不联网，天气和新闻都不知道。报时、计算、提醒我都会。"),
    ("ping", "I am here."),
    ("sing me a song", "🎵 Da-di-dum. That is all my loudspeaker gives."),
    ("hey", "Hello, Mei! What can I do for you?"),
    ("hi robot", "Hello, Mei! What can I do for you?"),
    ("good evening", "Hello, Mei! What can I do for you?"),
    ("thx", "You are welcome, Mei!"),
    ("谢啦", "不客气，Mei！"),
    ("辛苦了", "不客气，Mei！"),
    ("你是机器人吗", "我是大白，茶馆的机器人：一个按规则回答的程序，不是真人，也不联网。说“帮助”看看我会什么。"),
    ("tell me something funny", "Why do robots like trees? So many logs to read."),
    ("再讲一个笑话", "机器人为什么喜欢森林？因为日志（log）多。"),
    ("I love you", "Thank you, Mei! That warms my circuits."),
    ("fuck you", "I am sorry. I know only a few things; say “help”, and you see which."),
    ("你真笨", "对不起。我会的不多，说“帮助”可以看到。"),
    ("are you chatgpt", "I am 大白, the robot of 茶馆: a program with rules, no person, a"),
    ("你是chatgpt吗", "我是大白，茶馆的机器人：一个按规则回答的程序，不是真人，也不联网。说“帮助”看看我会什么。"),
    ("how is the weather in Paris", "I look nothing up on the internet, so I know neither weather"),
    ("北京天气", "我不联网，天气和新闻都不知道。报时、计算、提醒我都会。"),
    ("你吃饭了吗", "我吃电就够了。你记得按时吃饭！"),
    ("几岁了", "程序没有岁数，只有版本号：我是 0.1.0。"),
    ("早", "Mei，早上好！祝你今天顺利。"),
    ("午安", "Mei，你好！有什么可以帮你？"),
    ("晚上好", "Mei，你好！有什么可以帮你？"),
    ("good afternoon", "Hello, Mei! What can I do for you?"),
    ("congratulations", "Thank you, Mei! And to you, whatever the occasion."),
    ("恭喜", "谢谢Mei！同喜同喜。"),
    ("太好了", "谢谢Mei！电路都暖了。"),
    ("nice to meet you", "Likewise, Mei! I am 大白."),
    ("很高兴认识你", "我也很高兴认识你，Mei！"),
)


class Talk(Asking):
    def test_rows(self) -> None:
        """Greetings, thanks, questions about the robot, praise, anger and the rest."""
        self.compare("talk", ROWS)

    def test_name(self) -> None:
        """The name of who speaks is text; who has none is a friend."""
        self.assertIn("\\*M\\*", self.answer("hello", speaker="*M*").text)
        self.assertIn("friend", self.answer("hello", speaker="").text)
        self.assertIn("朋友", self.answer("你好", speaker="").text)
        self.assertIn("{me}", self.answer("hello", speaker="{me}").text)

    def test_called(self) -> None:
        """Called by its name alone it says that it is there."""
        for text in ("大白", "@大白", "大白！", "baymax?"):
            self.assertEqual(self.answer(text).kind, "talk", text)
            self.assertIn("Mei", self.answer(text).text)

    def test_fills(self) -> None:
        """No answer holds a blank that is not filled."""
        for exchange in TALK:
            for saying in (*exchange.en, *exchange.zh):
                self.assertNotRegex(saying.format(name="N", me="M", place="P", version="V"), "[{}]")

    def offers(self, text: str) -> list[str]:
        """What an answer says that may be asked."""
        return [line[3:-1] for line in text.splitlines() if line.startswith("- `")]

    def test_unknown(self) -> None:
        """What it does not know it says, with three things that it does; all of them are true."""
        answer = self.answer("the sky has a colour of its own", falls(3, 0, 5))
        self.assertEqual(answer.kind, "unknown")
        self.assertEqual(len(set(self.offers(answer.text))), 3)
        for chance in range(12):
            for text in ("the sky has a colour", "天空有自己的颜色啊朋友"):
                answer = Brain(FACTS, falls(chance, chance, chance)).answer(question(text))
                self.assertEqual(len(set(self.offers(answer.text))), 3)
                for offer in self.offers(answer.text):
                    self.assertNotEqual(self.answer(offer).kind, "unknown", offer)
