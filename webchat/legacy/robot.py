"""What the robot answers to the older clients: its answer is a text in JSON inside of JSON."""

from __future__ import annotations

import json
from typing import Any

from webchat.legacy.endpoint import Asked

TEXT = 100_000
LONGEST = 500


async def nobody_in(text: str, locale: str) -> str:
    """The answer where there is no robot."""
    if locale == "en":
        return "Nobody is in at the moment. Please ask in one of the rooms."
    return "现在没有人值班，请到聊天室里提问。"


async def answer(asked: Asked) -> dict[str, Any]:
    """What the robot says to `info`: for everybody, since its page opens before anybody has signed in."""
    said = await asked.services.reply(asked.text("info", "")[:LONGEST], asked.locale)
    return {"data": json.dumps({"code": TEXT, "text": said}, ensure_ascii=False)}
