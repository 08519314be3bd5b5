"""What somebody writes: mostly it is said, but a line that is a command of webchat's is carried out, as everywhere."""

from __future__ import annotations

from webchat.chat import Chat
from webchat.model.answers import Ran
from webchat.model.commands import PostMessage, RunCommand
from webchat.model.ids import RoomId
from webchat.model.users import Actor

SYSTEM = "系统消息"
"""By whom something is, where these clients can show a person's words only."""


async def say(chat: Chat, actor: Actor, room: RoomId, text: str, nonce: str) -> Ran:
    """Says *text* in the room, or carries it out.  Raises what `Messages.post` and `Slash.run` raise."""
    if await chat.slash.is_command(actor, room, text):
        # In the language of the pages, whatever the account's is.
        return await chat.slash.run(actor, RunCommand(0, room, text, nonce, language="zh-CN"))
    return Ran(room, posted=await chat.messages.post(actor, PostMessage(0, room, text, nonce=nonce)))
