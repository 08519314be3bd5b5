"""What the robot says where an endpoint was to answer, and did not, or not to the end."""

from __future__ import annotations

from typing import Literal

from webchat.robot.asking import Language

Why = Literal[
    "unreachable", "key", "missing", "refused", "busy", "broken", "slow", "strange", "silent",
    "cut", "long", "stopped", "interrupted", "crowded", "often", "idle",
]  # fmt: skip
"""Why there is no answer, or no more of it."""

NOTES: dict[Why, tuple[str, str]] = {
    "unreachable": (
        "I cannot reach the language model that I ask. Please try again later, or tell whoever runs this server.",
        "我联系不上我要询问的语言模型。请稍后再试，或告诉这台服务器的管理员。",
    ),
    "key": (
        "The language model does not accept this server's key: whoever runs the server must look at it.",
        "语言模型不接受这台服务器的密钥，需要管理员检查一下。",
    ),
    "missing": (
        "The language model that I should ask is not there: whoever runs this server must look at its settings.",
        "找不到我要询问的语言模型，需要这台服务器的管理员检查设置。",
    ),
    "refused": (
        "The language model does not take this question.",
        "语言模型没有接受这个问题。",
    ),
    "busy": (
        "The language model has too much to do at the moment. Please ask again in a few minutes.",
        "语言模型现在太忙了，请过几分钟再问。",
    ),
    "broken": (
        "Something went wrong at the language model. Please ask again later.",
        "语言模型那边出错了，请稍后再问。",
    ),
    "slow": (
        "The language model takes too long to answer. Please ask again, perhaps more briefly.",
        "语言模型太久没有回答。请再问一次，问得简短些也许会好。",
    ),
    "strange": (
        "I do not understand what the language model answers. Please tell whoever runs this server.",
        "我看不懂语言模型的回答，请告诉这台服务器的管理员。",
    ),
    "silent": ("The language model has nothing to say to that.", "语言模型对此没有回答。"),
    "cut": ("The line to the language model broke off.", "与语言模型的连接断开了。"),
    "long": ("The answer was longer than it may be.", "回答超出了长度限制。"),
    "stopped": ("Stopped.", "已停止。"),
    "interrupted": ("Interrupted.", "已中断。"),
    "crowded": (
        "Too many people ask me something at the moment. Please ask again in a minute.",
        "现在问我的人太多了，请过一分钟再问。",
    ),
    "often": ("One thing after the other, please: ask me again in a moment.", "请一个一个来，稍等一下再问我吧。"),
    "idle": ("I was not saying anything.", "我没有在回答什么呀。"),
}

# Emphasis in Chinese is dots below the signs, which a note does not need.
_BEHIND = {why: (f"*({en})*", f"（{zh}）") for why, (en, zh) in NOTES.items()}
NOTE_LIMIT = max(len(note) for notes in _BEHIND.values() for note in notes) + 8
"""How much longer a text may become by a note behind it."""


def excuse(why: Why, language: Language) -> str:
    """Why there is no answer, as a message of its own."""
    return NOTES[why][language == "zh"]


def annotated(text: str, why: Why, language: Language) -> str:
    """*text*, and behind it why there is no more of it; by itself where there is no text."""
    if not text.strip():
        return excuse(why, language)
    # A block of code that is still open would take the note in.
    fence = "\n```" if sum(line.lstrip().startswith("```") for line in text.split("\n")) % 2 else ""
    return f"{text.rstrip()}{fence}\n\n{_BEHIND[why][language == 'zh']}"


def without_note(text: str) -> str:
    """What was said of *text*, '' where it is a note and nothing else."""
    for why, notes in _BEHIND.items():
        for note, alone in zip(notes, NOTES[why], strict=True):
            if text == alone:
                return ""
            if text.endswith(note):
                return text.removesuffix(note).rstrip()
    return text
