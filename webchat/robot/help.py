"""How the chat is used: what somebody asks about it, found by its words in both languages."""

from __future__ import annotations

import re

import attrs

from webchat.robot.asking import Answer, Asked, echo
from webchat.robot.phrases import any_of, table

HELP_LIMIT = 120
"""The longest question that its words are looked for in."""


@attrs.frozen
class Topic:
    """*names* are it, alone or behind `help`; *found_by* finds it in a question that asks how."""

    names: re.Pattern[str]
    found_by: re.Pattern[str]
    en: str
    zh: str


TOPICS = tuple(
    Topic(any_of(*entry["names"]), any_of(*entry["found_by"]), entry["en"], entry["zh"]) for entry in table("help")
)
"""The first that fits is the answer: what is special stands before what is general."""

_ASKS_HOW = any_of(
    r"^(?:is|are|do|does|will|can(?! you))\b",
    r"\b(?:how|where|help|show me|explain|teach me|what (?:is|are|does)|is it possible|possible to|is there an?y?)\b",
    r"\b(?:are there|who can|can i|can we|can one|could i|may i|do you support|does it|why can'?t i|i can'?t)\b",
    r"\b(?:i (?:want|need|would like|'d like) to|(?:is|are) .+ supported|forg[eo]t(?:ten)?)\b",
    r"怎么", r"怎样", r"怎样才能", r"如何", r"哪里", r"哪儿", r"在哪", r"能不能", r"可不可以", r"可以", r"能否",
    r"是否", r"有没有", r"什么是", r"是什么", r"是啥", r"支持", r"教我", r"教程", r"想要?", r"需要", r"帮助",
    r"为什么", r"有哪些", r"忘记?了?", r"咋", r"能.+吗", r"用法", r"使用", r"[吗么][?？]?\s*$",
)  # fmt: skip
_BARE = re.compile(
    r"(?:(?:help|info)(?: (?:me )?(?:with|on|about|for))? |how to use |帮助[:,， ]?|关于)?(.+?)"
    r"(?: help|帮助|的?用法|怎么用|怎么办)?",
    re.IGNORECASE,
)
_CALLED = re.compile(r"/?(?:help\b|帮助)[:, ]*(.*?)[.! ]*", re.IGNORECASE)

_ABLE = any_of(
    r"what (?:can|do) you do", r"what are you able to do", r"what can i (?:ask|say|do)(?: you| here)?",
    r"how can you help(?: me)?", r"help(?: me)?", r"(?:what are (?:your|the) )?commands?", r"menu", r"what do you know",
    r"how do(?:es)? (?:you|this|it) work", r"i need help", r"\?", r"features",
    r"what (?:can|do) i (?:ask|say)(?: to)? you",
    r"(?:你|大白)?(?:都)?(?:会|能|可以)(?:做|干|帮我做|帮我)?(?:些|点)?(?:什么|啥|哪些事?|干嘛)",
    r"你?有?(?:什么|哪些)(?:功能|命令|指令|用)", r"帮助", r"功能", r"命令", r"菜单", r"怎么用你?", r"你怎么用",
    r"使用说明", r"说明", r"我需要帮助", r"救命",
)  # fmt: skip
_VERSION = any_of(
    r"(?:what(?:'s| is) (?:the |your )?)?(?:server |webchat )?version(?: (?:is (?:this|it)|are you|of webchat))?",
    r"what version .{0,20}", r"(?:什么|哪个|当前|服务器|软件)?版本号?(?:是什么|是多少|是几)?",
)  # fmt: skip
_WHERE = any_of(
    r"what(?:'s| is) (?:this (?:place|server|site|chat|app)|webchat)(?: called)?", r"where am i",
    r"(?:what(?:'s| is) the )?name of (?:this |the )(?:server|place)",
    r"这(?:里|儿|个网站|个服务器|个地方)?是(?:什么地方|哪里|哪儿|什么|什么网站|什么服务器)",
    r"服务器(?:叫)?(?:什么)?名字?", r"我在哪里?",
)  # fmt: skip


def guide(asked: Asked) -> Answer | None:
    """The answer to a question about the chat; None where it is about something else."""
    text = asked.plain
    if not 0 < len(text) <= HELP_LIMIT:
        return None
    if _ABLE.fullmatch(text):
        return Answer(abilities(asked), "help")
    if _VERSION.fullmatch(text):
        return _answer(
            asked, f"This is webchat {echo(asked.facts.version)}.", f"这是 webchat {echo(asked.facts.version)}。"
        )
    if _WHERE.fullmatch(text):
        title, version = echo(asked.facts.title), echo(asked.facts.version)
        return _answer(
            asked,
            f"This is **{title}**, a chat server of its own that runs webchat {version}.",
            f"这里是**{title}**，一台自己搭建的聊天服务器，运行 webchat {version}。",
        )
    if bare := _BARE.fullmatch(text):
        for topic in TOPICS:
            if topic.names.fullmatch(bare[1].strip()):
                return _answer(asked, topic.en, topic.zh)
    if _ASKS_HOW.search(asked.whole[: 2 * HELP_LIMIT]):
        for topic in TOPICS:
            if topic.found_by.search(text):
                return _answer(asked, topic.en, topic.zh)
    return None


def called(asked: Asked) -> Answer | None:
    """The answer to `help`, alone or with the name of a topic behind it; None to all else."""
    found = _CALLED.fullmatch(asked.plain[:HELP_LIMIT])
    if found is None:
        return None
    if not found[1]:
        return Answer(abilities(asked), "help")
    return next((_answer(asked, one.en, one.zh) for one in TOPICS if one.names.fullmatch(found[1])), None)


def abilities(asked: Asked) -> str:
    """What the robot can do, with examples."""
    if asked.facts.model:
        model = echo(asked.facts.model)
        return asked.say(
            "I myself can:\n"
            "- tell how the chat works: `help invite`, `help search`, `help shortcuts`\n"
            "- remind you: `remind me tomorrow at 9 to water the plants`, `my reminders`, `cancel 2`\n\n"
            f"Everything else I ask a language model, {model}: with your question it is sent what we said before in "
            "this conversation. It may be wrong. “stop” ends an answer.",
            "我自己会：\n"
            "- 讲怎么用这个聊天：`帮助 邀请`、`帮助 搜索`、`帮助 快捷键`\n"
            "- 提醒你：`明天早上9点提醒我浇花`、`我的提醒`、`取消2`\n\n"
            f"其他问题我会去问语言模型 {model}：你的问题和我们在这个对话里之前说的话会一起发给它。它的回答可能有错。"
            "说“停”可以让我停下。",
        )
    return asked.say(
        "I can:\n"
        "- tell how the chat works: `how do I invite people`, `search syntax`, `shortcuts`\n"
        "- remind you: `remind me tomorrow at 9 to water the plants`, `my reminders`, `cancel 2`\n"
        "- tell time and count days: `what time is it in Tokyo`, `days until 2027-01-01`\n"
        "- calculate and convert: `15% of 80`, `3 miles in km`, `255 in hex`\n"
        "- throw dice and choose: `roll 2d6+1`, `flip a coin`, `choose tea, coffee or water`\n\n"
        "I look nothing up on the internet, and I know nothing of your messages but what you write to me.",
        "我会：\n"
        "- 讲怎么用这个聊天：`怎么邀请朋友`、`搜索语法`、`快捷键`\n"
        "- 提醒你：`明天早上9点提醒我浇花`、`我的提醒`、`取消2`\n"
        "- 报时、算日子：`东京现在几点`、`距离元旦还有几天`\n"
        "- 计算和换算：`80的15%`、`3英里是多少公里`、`255的十六进制`\n"
        "- 掷骰子、帮你选：`掷骰子`、`抛硬币`、`吃面还是吃饭`\n\n"
        "我不联网，除了你对我说的话，我看不到你的消息。",
    )


def _answer(asked: Asked, en: str, zh: str) -> Answer:
    return Answer(asked.say(en, zh), "help")
