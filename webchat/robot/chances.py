"""Dice, coins, random numbers, and a choice between what somebody cannot choose between."""

from __future__ import annotations

import re

from webchat.robot.asking import Answer, Asked, echo
from webchat.robot.numerals import CHINESE, ENGLISH, number
from webchat.robot.phrases import any_of

DICE_MAX = 50
SIDES_MAX = 1_000
BONUS_MAX = 9_999
RANGE_MAX = 10**12
OPTIONS_MAX = 20
OPTION_LIMIT = 80


_COUNT = rf"(?:[0-9]{{1,6}}|{CHINESE}{{1,4}}|{ENGLISH}|an?)"
_NOTATION = re.compile(
    r"(?:(?:roll|throw)(?: me)?(?: a)? |掷|扔|投|丢)? ?(?P<count>[0-9]{1,6})?d(?P<sides>[0-9]{1,9}|"
    r"%)(?: ?(?P<bonus>[+-] ?[0-9]{1,6}))?",
    re.IGNORECASE,
)
_DICE = any_of(
    rf"(?:roll|throw) (?:(?P<en>{_COUNT}|the|some) )?(?:(?:dice|die)|(?P<six>[0-9]{{1,6}})-sided (?:dice|"
    rf"die))(?: for me)?",
    rf"(?:掷|扔|投|丢|摇|甩|抛)(?:一下)?(?P<zh>{_COUNT})?(?:个|颗|枚|次)?(?:骰子|色子)(?:一下)?",
    r"dice",
)
_COIN = any_of(
    r"(?:flip|toss|throw)(?: me)?(?: a| the)? coin(?: for me)?", r"heads or tails",
    r"(?:抛|掷|扔|丢|投|翻)(?:一下)?(?:一?[个枚次])?硬币(?:一下)?", r"(?:猜)?正面还是反面", r"coin",
)  # fmt: skip

_WHOLE = "(-?[0-9]{1,13})"
_RANDOM = any_of(
    r"(?:(?:give me|pick|choose|generate|say) )?(?:an? |any |me a )?random (?:whole )?(?:number|integer)"
    rf"(?: (?:between|from) {_WHOLE} (?:and|to) {_WHOLE})?",
    rf"(?:pick|choose|give me|say) a number(?: (?:between|from) {_WHOLE} (?:and|to) {_WHOLE})?",
    r"(?:给我|来|说|选|生成)?一?个?(?:随机数字?|随机的?(?:一个)?数字?)"
    rf"(?:[: ]?{_WHOLE}(?:到|至|~|-|和){_WHOLE})?",
    rf"[从在]?{_WHOLE}(?:到|至|~|-|和){_WHOLE}(?:之间|之内|里面?|中)?的?(?:随机|随便|任意|任选|选|挑)"
    r"(?:选|挑|取|说|给|来|抽)?我?一?个?(?:整?数字?|随机数)?",
)
_CHOOSE = any_of(
    r"(?:help me )?(?:choose|pick|decide)(?: one)?(?: (?:between|from|of|among))?(?: these)?[: ]\s*",
    r"(?:帮我)?(?:选一?个?|选择|挑一?个?|抽一?个?|决定)一?下?[:,、 ]\s*", r"(?:从)(?=.+(?:中|里)?[选挑]一?个$)",
)  # fmt: skip
_FROM_LIST = re.compile(r"(?:从|在)?(.{3,120}?)(?:之?中|里面?|之间)(?:随机|随便|帮我)?[选挑抽]一?个")
_EN_OR = re.compile(r",?\s+or\s+|\s*[,;/]\s*(?:or\s+)?", re.IGNORECASE)
_EN_AND = re.compile(r",?\s+(?:or|and)\s+|\s*[,;/]\s*(?:(?:or|and)\s+)?", re.IGNORECASE)
_ZH_OR = re.compile(r"\s*[,、]?\s*[还還]是\s*|\s*、\s*")
_ZH_AND = re.compile(r"\s*(?:[,;、/]\s*[还還]是|[还還]是|或者是?|[,;、/]|\s)\s*")
# What begins so is a question about something, and not a list of things.
_NO_OPTION = any_of(
    r"(?:are|is|am|was|were|do|does|did|have|has|had|can|could|will|would|should|shall|may|might|must)\b",
    r"(?:who|whom|whose|what|when|where|why|which|how|if|whether|because|not|no|more|so|either)\b",
    r"(?:it|he|she|they|we|you|i|this|that|there|my|your)\b",
    "[我你您他她它是谁这那有]|咱们|大家|明天|昨天|现在|外面|天气|为什么|怎么|如果|虽然|不管|无论|究竟是",
)
_NO_OTHER = re.compile(
    r"(?:not|no|so|else|whatever|something|anything|more|less|later|both|two|three)\b", re.IGNORECASE
)
WORDS_MAX = 3
"""How many words an option has that nobody marked as one."""


def leave_to_chance(asked: Asked) -> Answer | None:
    """The answer to what asks for chance; None where nothing does."""
    text = asked.plain
    if asked.is_short:
        if found := _NOTATION.fullmatch(text):
            sides = 100 if found["sides"] == "%" else int(found["sides"])
            return _roll(asked, int(found["count"] or 1), sides, int((found["bonus"] or "0").replace(" ", "")))
        if found := _DICE.fullmatch(text):
            said = (found["en"] or found["zh"] or "a").lower()
            count = 1 if said in ("a", "an", "the", "some") else number(said)
            return _roll(asked, 1 if count is None else count, int(found["six"] or 6), 0)
        if _COIN.fullmatch(text):
            return _answer(asked.pick([asked.say("🪙 Heads.", "🪙 正面。"), asked.say("🪙 Tails.", "🪙 反面。")]))
        if found := _RANDOM.fullmatch(text):
            ends = [int(group) for group in found.groups() if group] or [1, 100]
            return _number(asked, min(ends), max(ends))
    return _choose(asked)


def _answer(text: str) -> Answer:
    return Answer(text, "chance")


def _roll(asked: Asked, count: int, sides: int, bonus: int) -> Answer:
    if not (1 <= count <= DICE_MAX and 2 <= sides <= SIDES_MAX and abs(bonus) <= BONUS_MAX):
        return _answer(
            asked.say(
                f"I have {DICE_MAX} dice, with 2 to {SIDES_MAX} sides. For example: roll 2d6+1.",
                f"我有 {DICE_MAX} 个骰子，每个 2 到 {SIDES_MAX} 面。比如：掷 2d6+1。",
            )
        )
    thrown = [asked.chance(sides) + 1 for _ in range(count)]
    total = sum(thrown) + bonus
    written = f"{count}d{sides}" + (f"{bonus:+d}" if bonus else "")
    if count == 1 and not bonus:
        return _answer(f"🎲 {written}: **{total}**")
    rolled = " + ".join(map(str, thrown)) + (f" {'+' if bonus > 0 else '-'} {abs(bonus)}" if bonus else "")
    return _answer(f"🎲 {written}: {rolled} = **{total}**")


def _number(asked: Asked, low: int, high: int) -> Answer:
    if high - low >= RANGE_MAX:
        return _answer(asked.say("That is too wide a range for me.", "这个范围太大了。"))
    value = low + asked.chance(high - low + 1)
    return _answer(asked.say(f"{low} to {high}: **{value}**", f"{low} 到 {high}：**{value}**"))


def _choose(asked: Asked) -> Answer | None:
    text = asked.plain
    joints = _ZH_AND if asked.language == "zh" else _EN_AND
    if (
        asked.is_short
        and (found := _FROM_LIST.fullmatch(text))
        and len(options := _split(asked.said[slice(*found.span(1))], joints)) > 1
    ):
        return _chosen(asked, options)
    if found := _CHOOSE.match(text):
        options = _split(asked.said[found.end() :], joints)
        if len(options) > OPTIONS_MAX or any(len(option) > OPTION_LIMIT for option in options):
            return _answer(
                asked.say(
                    f"That is too much for me: {OPTIONS_MAX} things of {OPTION_LIMIT} characters at most.",
                    f"太多了，我最多在 {OPTIONS_MAX} 样里选，每样不超过 {OPTION_LIMIT} 个字。",
                )
            )
        return _chosen(asked, options) if len(options) > 1 else None
    return _unmarked(asked) if asked.is_short else None


def _split(text: str, pattern: re.Pattern[str]) -> list[str]:
    parts = (part.strip(" \t\n?？.。!！,，:：") for part in pattern.split(text.replace("，", ",")))
    return list(dict.fromkeys(part for part in parts if part))


def _unmarked(asked: Asked) -> Answer | None:
    """`tea or coffee?`, 吃面还是吃饭 — where it can be nothing but a choice."""
    text = asked.plain
    joint = "还是" if asked.language == "zh" else " or "
    if joint not in text.lower() or _NO_OPTION.match(text) or ("?" not in asked.whole[-3:] and asked.language == "en"):
        return None
    options = _split(asked.said, _ZH_OR if asked.language == "zh" else _EN_OR)
    longest = 10 if asked.language == "zh" else 30
    if not 2 <= len(options) <= OPTIONS_MAX or any(
        len(option) > longest or len(option.split()) > WORDS_MAX for option in options
    ):
        return None
    return None if any(_NO_OTHER.match(option) for option in options[1:]) else _chosen(asked, options)


def _chosen(asked: Asked, options: list[str]) -> Answer:
    chosen = echo(asked.pick(options))
    return _answer(
        asked.pick(
            [
                f"👉 {chosen}",
                asked.say(f"I would take: {chosen}", f"我选：{chosen}"),
                asked.say(f"Let it be: {chosen}", f"就它了：{chosen}"),
            ]
        )
    )
