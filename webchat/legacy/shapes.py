"""How people and messages look to the older clients."""

from __future__ import annotations

from typing import Any

import attrs

from webchat.legacy.ids import direct_name, message_id, room_name, user_id
from webchat.legacy.texts import iso, shown
from webchat.model.events import Message
from webchat.model.extras import File
from webchat.model.ids import UserId
from webchat.model.users import User, UserCard

STORAGE = "/storage"
"""Where pictures lie that no sign-in is needed for: their names are drawn by lot."""
BUILT_IN = 272
"""How many pictures there are for people who have none."""
DELETED = "（消息已删除）"
NOBODY = "已注销用户"
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}
_CALLED = {"image": "图片", "video": "视频", "audio": "音频", "file": "文件"}


def avatar(card: UserCard) -> str:
    """The address of somebody's picture: never empty, and without a `?`, since clients put theirs behind it."""
    if card.avatar is not None:
        return f"{STORAGE}/avatars/{card.avatar}.webp"
    return f"{STORAGE}/avatars/{card.id % BUILT_IN + 1}.svg"


def address_of(file: File) -> str:
    """Where a file is to be had."""
    return f"{STORAGE}/files/{file.id}.{_ENDINGS.get(file.mime, 'bin')}"


def file_in(address: str) -> str | None:
    """The id of the file that *address*, with or without a host and a query, is the address of; None for others."""
    path = address.partition("?")[0].partition("#")[0]
    _, found, name = path.rpartition(f"{STORAGE}/files/")
    id = name.partition(".")[0]
    return id if found and len(id) == 32 and not set(id) - set("0123456789abcdef") else None


def user_row(user: User) -> dict[str, Any]:
    """An account as its owner sees it, in `laravel`.

    *email* is what her own messages are recognised by, so who has no address gets her name there.
    """
    created = iso(user.created)
    return {
        "id": user.id,
        "name": user.display_name,
        "email": own_id(user),
        "email_verified_at": None,
        "avatar": avatar(user.card),
        "created_at": created,
        "updated_at": created,
    }


def own_id(user: User) -> str:
    """By what `laravel` recognises one's own messages."""
    return user.email or user.name


def person(card: UserCard) -> dict[str, Any]:
    """Somebody in a list of `express`."""
    return {"_id": user_id(card.id), "name": card.name or NOBODY, "src": avatar(card)}


@attrs.frozen
class Shapes:
    """Messages, as they look.  *base*: the server's address, to be put before paths in a text; '' if unknown."""

    base: str = ""

    def plain(self, message: Message, name: str) -> tuple[str, str]:
        """What *message*, by somebody called *name*, says, and its picture ('' without one): one of the two is ''."""
        if message.deleted is not None:
            return DELETED, ""
        text = f"{name} {message.text}" if message.action else message.text
        if not text and len(message.files) == 1 and message.files[0].kind == "image":
            return "", address_of(message.files[0])
        # These clients show either a text or one picture.
        lines = [f"[{_CALLED[one.kind]}] {self.base}{address_of(one)}" for one in message.files]
        return "\n".join([text, *lines] if text else lines), ""

    def laravel(self, message: Message, card: UserCard, number: int, reader: User | None) -> dict[str, Any]:
        """A message in room *number* for *reader* (None: for anybody but its author)."""
        name = card.display_name or NOBODY
        text, picture = self.plain(message, name)
        is_own = reader is not None and reader.id == message.author
        id = message_id(message.room, message.seq)
        return {
            "id": id,
            "_id": id,
            "userid": own_id(reader) if is_own and reader is not None else user_id(message.author),
            "username": shown(name),
            "src": avatar(card),
            "msg": shown(text),
            "img": picture,
            "roomid": number,
            "time": iso(message.created),
        }

    def express(self, message: Message, card: UserCard, room: int | tuple[UserId, UserId]) -> dict[str, Any]:
        """A message in a room by its number, or in the conversation of two people.

        The address of a picture says its width and height: the client keeps the place free for it.
        """
        name = card.name or NOBODY
        text, picture = self.plain(message, name)
        if picture and message.files[0].width:
            picture += f"?width={message.files[0].width}&height={message.files[0].height}"
        return {
            "_id": message_id(message.room, message.seq),
            "username": name,
            "src": avatar(card),
            "msg": shown(text),
            "img": picture,
            "roomid": room_name(room) if isinstance(room, int) else direct_name(*room),
            "roomType": "group" if isinstance(room, int) else "single",
            "type": "img" if picture else "text",
            "clientId": message.nonce or "",
            "time": iso(message.created),
        }

    def raw(self, message: Message, card: UserCard, number: int) -> dict[str, Any]:
        """A message in room *number* as a plain object, its text as it is."""
        name = card.display_name or NOBODY
        text, picture = self.plain(message, name)
        return {
            "id": message_id(message.room, message.seq),
            "name": name,
            "avatar": avatar(card),
            "room_id": number,
            "type": "image" if picture else "text",
            "content": text,
            "image": picture,
            "time": iso(message.created),
        }
