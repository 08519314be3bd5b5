"""What the robot answers to the older clients: its answer is a text in JSON inside of JSON."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from webchat.chat.robot import Robot
from webchat.legacy.endpoint import Asked

TEXT = 100_000
LONGEST = 500

Ask = Callable[[str, str], Awaitable[Any]]
"""What is answered to a text, by the locale of who asks."""


async def nobody_in(text: str, locale: str) -> str:
    """The answer where there is no robot."""
    if locale == "en":
        return "Nobody is in at the moment. Please ask in one of the rooms."
    return "现在没有人值班，请到聊天室里提问。"


def answering(robot: Robot, model: Ask | None) -> Ask:
    """The answers of the *robot*; of the language *model*, where that may be asked and answers."""

    async def reply(text: str, locale: str) -> str:
        said = await model(text, locale) if model is not None and robot.may_ask(text, locale) else None
        return robot.reply(text, locale) if said is None else said

    return reply


async def answer(asked: Asked) -> dict[str, Any]:
    """What the robot says to `info`: for everybody, since its page opens before anybody has signed in."""
    said = await asked.services.reply(asked.text("info", "")[:LONGEST], asked.locale)
    return {"data": json.dumps({"code": TEXT, "text": said}, ensure_ascii=False)}
