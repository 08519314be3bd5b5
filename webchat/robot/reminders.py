"""Reminders: to set one for a moment that was said, to list them, to cancel some."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import attrs

from webchat.model.ids import Millis
from webchat.robot.asking import Answer, Asked, CancelReminders, Language, Reminder, SetReminder, echo
from webchat.robot.moments import Moment, read_length, read_moment, said_moment, seconds_between
from webchat.robot.numerals import number
from webchat.robot.phrases import any_of, said_in

REMINDERS_MAX = 20
"""How many are open for one person."""
TEXT_LIMIT = 300
"""How long what is to be reminded of may be."""
FARTHEST = 2 * 366 * 24 * 3600
"""How many seconds ahead one may be."""


_EN_ASKS = any_of(
    r"remind me\b(?! of (?:my|a|his|her|that|when|home|you)\b)",
    r"(?:set|make|create|add|give me|start) (?:an? |me an? )?(?:reminder|alarm|timer)\b",
    r"wake me(?: up)?\b",
    r"don't let me forget\b",
    r"reminder:",
)
_ZH_ASKS = any_of(
    r"(?:请|记得|再|到时候|别忘了|你)?(?:提醒|叫|喊)一?下?我(?!们)(?:一下|一声)?",
    r"(?:请)?(?:给我|帮我)?(?:设置|设定|设|添加|加|创建|建|定)(?:一)?个?(?P<when>.{0,40}?)的?(?:提醒|闹钟)",
    r"提醒:",
)
# These ask for a reminder only with a moment: 叫我小王, `wake me gently`.
_CALLS = re.compile("[叫喊]|wake", re.IGNORECASE)
# `remind Bob`: it writes to nobody but whom it answers.
_OTHERS = any_of(r"remind (?!me\b)@?[\w.-]{1,32} (?:to|that|about|at|in|on|tomorrow)\b")
_LATER = any_of("(?:一会儿?|待会儿?|等会儿?|等一下|过会儿?|晚点儿?|以后)再?")
_TO = re.compile(r"[\s,:;]*(?:(?:for|at)\b(?! ?[0-9]))?\s*(?:(?:to|that|about|of)\b)?\s*|", re.IGNORECASE)
_ZH_TO = re.compile(r"[\s,:;、的]*(?:我)?(?:要(?=去)|要|该|说|的是)?[\s,:]*")
_REPEATS = any_of(
    r"\bevery (?:\w+ )?(?:day|morning|evening|week|month|year|hour|minute|\w+day)\b",
    r"\b(?:daily|weekly|monthly|hourly)\b(?! (?:report|meeting|news))",
    r"(?:^|提醒我)(?:每天|每日|每周|每星期|每个?月|每年|每隔|每个?小时|每晚|每早|工作日)",
)
_LIST = any_of(
    r"(?:(?:show|list|see)(?: me)? )?(?:all )?(?:my |the )?(?:open )?reminders",
    r"what(?:'s| are| is) (?:all )?my reminders", r"what reminders do i have", r"do i have (?:any )?reminders",
    r"(?:查看|看看?|列出|显示)?(?:一下)?我?(?:所有|全部|设置|设)?(?:的)?(?:提醒)(?:列表|事项|有哪些)?(?:有哪些|是什么)?",
    r"我?(?:都)?有(?:哪些|什么|几个)提醒",
)  # fmt: skip
_ZH_NUMBERS = "[0-9]{1,4}(?:[,、和 ]{1,2}[0-9]{1,4}){0,9}|[一二三四五六七八九十]{1,3}"
_CANCEL = any_of(
    r"(?:cancel|delete|remove|forget) (?:my |the )?(?:reminders? )?(?:number |no\.? |#)?"
    r"([0-9]{1,4}(?:(?:,| and|, and)? ?#?[0-9]{1,4}){0,9})",
    rf"(?:取消|删除|删掉|去掉|不要)(?:第)?({_ZH_NUMBERS})(?:个|号|条)?(?:的?提醒)?(?:了)?",
    rf"(?:取消|删除|删掉|去掉|不要)(?:我的)?(?:第)?提醒(?:第)?({_ZH_NUMBERS})(?:个|号|条)?",
)
_CANCEL_ALL = any_of(
    r"(?:cancel|delete|remove|clear|forget) (?:all(?: of)? )?(?:my |the )?reminders", r"(?:cancel|delete|clear) all",
    r"(?:取消|删除|清空|清除|删掉)(?:我的?)?(?:所有|全部|一切)(?:的)?提醒", r"全部取消", r"清空提醒",
)  # fmt: skip
_CANCEL_WHICH = any_of(
    r"(?:cancel|delete|remove) (?:the |my |that |a )?reminder", r"取消", r"取消提醒", r"删除提醒",
    r"取消(?:这个|那个|我的)提醒", r"cancel",
)  # fmt: skip


def mind(asked: Asked) -> Answer | None:
    """The answer to what is about reminders; None where nothing is."""
    text = asked.plain
    if asked.is_short:
        if _LIST.fullmatch(text):
            return _list(asked)
        if found := _CANCEL.fullmatch(text):
            return _cancel(asked, tuple(dict.fromkeys(_numbers(said_in(found)))))
        if _CANCEL_ALL.fullmatch(text):
            return _cancel(asked, tuple(reminder.number for reminder in asked.question.reminders))
        if _CANCEL_WHICH.fullmatch(text):
            return _cancel_which(asked)
    return _set(asked)


def reminding(reminder: Reminder, language: Language) -> str:
    """What is said when *reminder* is due."""
    return (
        f"⏰ 提醒你：{echo(reminder.text, TEXT_LIMIT)}"
        if language == "zh"
        else f"⏰ You asked me to remind you: {echo(reminder.text, TEXT_LIMIT)}"
    )


def _numbers(text: str) -> Iterator[int]:
    for found in re.findall("[0-9]+|[一二三四五六七八九十]+", text):
        if (value := number(found)) is not None:
            yield value


def _set(asked: Asked) -> Answer | None:
    if _REPEATS.match(asked.plain) and (_ZH_ASKS.search(asked.plain[:60]) or _EN_ASKS.search(asked.plain[:60])):
        return _once_only(asked)
    if _OTHERS.match(asked.plain):
        return _answer(asked, "I can remind only you. For example: remind me at 5 to call Bob.", "我只能提醒你自己。")
    wish = _wish(asked)
    if wish is None:
        return None
    what = asked.said[wish.start : wish.end].strip(" \t\n,，.。:：;；、!！")
    if _is_repeated(asked.plain[: wish.start], what, asked.plain[wish.end : wish.end + TEXT_LIMIT]):
        return _once_only(asked)
    if wish.moment is None:
        return _answer(
            asked,
            "When shall I remind you? For example: remind me in 20 minutes to call Anna, or: remind me tomorrow "
            "at 9 to water the plants.",
            "什么时候提醒你？比如：20分钟后提醒我关火，或者：明天早上9点提醒我开会。",
        )
    if len(what) > TEXT_LIMIT:
        return _answer(
            asked,
            f"That is too long to remember: {TEXT_LIMIT} characters at most.",
            f"这段话太长了，我最多记 {TEXT_LIMIT} 个字。",
        )
    due = wish.moment.at
    return _refused(asked, due) or _promise(asked, due, what or asked.say("It is time.", "时间到了。"))


def _once_only(asked: Asked) -> Answer:
    return _answer(
        asked,
        "I can remind you once, not again and again. Give me one moment, such as: remind me tomorrow at 9 to "
        "water the plants.",
        "我只能提醒一次，还不会重复提醒。可以给我一个时间，比如：明天早上9点提醒我浇花。",
    )


def _is_repeated(before: str, what: str, behind: str) -> bool:
    """Whether `every day` belongs to the reminder, and not to what somebody is to be reminded of."""
    if len(what) > TEXT_LIMIT:
        return False
    found = [repeat for part in (before, behind) for repeat in _REPEATS.finditer(part)]
    return bool(found) or any(repeat.start() == 0 or repeat.end() == len(what) for repeat in _REPEATS.finditer(what))


@attrs.frozen
class _Wish:
    """The moment, None where none was said, and from where to where of the text is what to remind of."""

    moment: Moment | None
    start: int
    end: int


def _wish(asked: Asked) -> _Wish | None:
    """What was wished, where a reminder is asked for."""
    text = asked.plain
    if asks := _EN_ASKS.match(text):
        return _english_wish(asked, asks)
    if asks := _ZH_ASKS.match(text, _past(_LATER, text, 0)):
        return _chinese_wish(asked, asks)
    # A moment first: 明天早上9点提醒我开会, `in 20 minutes remind me to …`.
    moment = read_moment(text, _past(_ZH_AT, text, 0), asked.now)
    if moment is None or moment.at.date() < asked.now.date():
        return None
    at = _past(_SEPARATORS, text, moment.end)
    for pattern, joint in ((_ZH_ASKS, _ZH_TO), (_EN_ASKS, _TO)):
        if asks := pattern.match(text, at):
            return _Wish(moment, _past(joint, text, asks.end()), len(text))
    return None


def _english_wish(asked: Asked, asks: re.Match[str]) -> _Wish | None:
    text = asked.plain
    start = _past(_FOR, text, asks.end())
    # `set a timer for 10 minutes` has no `in`.
    moment = read_moment(text, start, asked.now) or (read_length(text, start, asked.now) if _is_timer(asks) else None)
    if moment:
        return _Wish(moment, _past(_TO, text, moment.end), len(text))
    wish = _trailing(asked, _past(_TO, text, asks.end()))
    return None if wish.moment is None and _CALLS.search(asks[0]) else wish


def _is_timer(asks: re.Match[str]) -> bool:
    return asks[0].lower().endswith(("timer", "alarm", "reminder"))


def _chinese_wish(asked: Asked, asks: re.Match[str]) -> _Wish | None:
    text = asked.plain
    start = _past(_ZH_TO, text, asks.end())
    if asks["when"]:
        at = asks.start("when")
        moment = read_moment(text, at, asked.now) or read_length(text, at, asked.now)
        return _Wish(moment, start, len(text)) if moment else None
    if moment := read_moment(text, _past(_ZH_AT, text, start), asked.now):
        return _Wish(moment, _past(_ZH_TO, text, moment.end), len(text))
    wish = _trailing(asked, start)
    return None if wish.moment is None and _CALLS.search(asks[0]) else wish


def _trailing(asked: Asked, start: int) -> _Wish:
    """What stands from *start* on, and the longest moment that it ends with."""
    text = asked.plain
    for place in _PLACES.finditer(text, max(start, len(text) - _LONGEST_MOMENT)):
        moment = read_moment(text, place.start(), asked.now)
        if moment is not None and not text[moment.end :].strip(" .,!"):
            # `pay by Friday` and `3 days before Christmas` name a day, and not the moment.
            if _BOUND.search(text, start, place.start()):
                break
            return _Wish(moment, start, place.start())
    return _Wish(None, start, len(text))


def _past(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


_ZH_AT = re.compile("在|于|等到?|到")
_FOR = re.compile(r"[\s,:]*(?:for (?=[a-z0-9]))?", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s,:的时候]*(?:please|请|记得)?\s*")
_BOUND = re.compile(r"\b(?:before|after|until|till|by|since|from|of) \Z", re.IGNORECASE)
# Where a moment may begin: behind a blank, and behind every Chinese sign.
_PLACES = re.compile(r"(?<=[\s,])(?=\S)|(?<=[\u3400-\u9fff])")
_LONGEST_MOMENT = 60


def _refused(asked: Asked, due: datetime) -> Answer | None:
    ahead = seconds_between(asked.now, due)
    if ahead <= 0:
        return _answer(
            asked,
            f"{said_moment(due, asked.now, 'en').capitalize()} is already past. Which moment do you mean?",
            f"{said_moment(due, asked.now, 'zh')} 已经过了，你说的是什么时候？",
        )
    if ahead > FARTHEST:
        return _answer(asked, "That is too far away for me: two years at most.", "太久远了，我最多记两年以内的事。")
    if len(asked.question.reminders) >= REMINDERS_MAX:
        return _answer(
            asked,
            f"You have {REMINDERS_MAX} reminders already, and I keep no more. Cancel one first, for example: cancel 1.",
            f"你已经有 {REMINDERS_MAX} 个提醒了，我记不下更多。请先取消一个，比如：取消1。",
        )
    return None


def _promise(asked: Asked, due: datetime, what: str) -> Answer:
    when_en, when_zh = said_moment(due, asked.now, "en"), said_moment(due, asked.now, "zh")
    shown = echo(what)
    text = asked.say(f"I will remind you {_on(when_en)}: {shown}", f"好的，{when_zh} 提醒你：{shown}")
    if not asked.knows_zone:
        text += asked.say(
            "\n(By UTC: I do not know your time zone.)", "\n（按世界时 UTC 计算，我不知道你所在的时区。）"
        )
    return Answer(text, "reminder", SetReminder(Millis(int(due.timestamp() * 1000)), what))


def _on(moment: str) -> str:
    return moment if moment.startswith("to") else f"on {moment}"


def _list(asked: Asked) -> Answer:
    reminders = sorted(asked.question.reminders, key=lambda reminder: reminder.due)
    if not reminders:
        return _answer(
            asked,
            "You have no reminders. You can say: remind me in 20 minutes to call Anna.",
            "你还没有提醒。可以这样说：20分钟后提醒我关火。",
        )
    lines = [
        f"- **{reminder.number}** · {_when(asked, reminder.due)} · {echo(reminder.text)}"
        for reminder in reminders[:REMINDERS_MAX]
    ]
    number = reminders[0].number
    head = asked.say(
        f"Your reminders (to cancel one, say: cancel {number}):", f"你的提醒（要取消的话，说：取消{number}）："
    )
    return Answer("\n".join([head, *lines]), "reminder")


def _when(asked: Asked, due: Millis) -> str:
    return said_moment(datetime.fromtimestamp(due / 1000, asked.now.tzinfo), asked.now, asked.language)


def _cancel(asked: Asked, numbers: tuple[int, ...]) -> Answer:
    known = {reminder.number: reminder for reminder in asked.question.reminders}
    if not known:
        return _answer(asked, "You have no reminders.", "你没有提醒。")
    missing = [number for number in numbers if number not in known]
    if missing:
        return _answer(
            asked,
            f"You have no reminder with the number {missing[0]}. Say: my reminders, to see them.",
            f"没有编号为 {missing[0]} 的提醒。说“我的提醒”可以查看。",
        )
    shown_en = "; ".join(echo(known[number].text, 60) for number in numbers)
    return Answer(
        asked.say(f"Cancelled: {shown_en}", f"已取消：{shown_en.replace('; ', '；')}"),
        "reminder",
        CancelReminders(numbers),
    )


def _cancel_which(asked: Asked) -> Answer:
    if len(asked.question.reminders) == 1:
        return _cancel(asked, (asked.question.reminders[0].number,))
    return _list(asked)


def _answer(asked: Asked, en: str, zh: str) -> Answer:
    return Answer(asked.say(en, zh), "reminder")
