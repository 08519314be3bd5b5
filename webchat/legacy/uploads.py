"""Pictures over HTTP, whose two endpoints both families share: whose client it is shows in what it sends."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from webchat.legacy import express, laravel
from webchat.legacy.endpoint import Asked, Endpoint
from webchat.legacy.shapes import address_of, avatar
from webchat.model.refusals import BadRequest, RateLimited, Refusal, Unauthenticated

UPLOAD_LIMIT = 8 * 1024 * 1024
"""Bytes of a body: more than a picture may have, so that who brings too large a one is told so."""


AVATAR_LIMIT = 4 * 1024 * 1024


class Missing(BadRequest):
    """The request does not say which picture, or where it belongs."""


async def picture(asked: Asked) -> dict[str, Any]:
    """A picture: with a room's number it is said there; without, it is kept to be said."""
    if asked.file is None:
        raise Missing
    legacy = asked.chat.legacy
    if _is_laravel(asked):
        if _room(asked) not in ("1", "2"):
            raise Missing
        room = await legacy.numbered(int(_room(asked)))
        await legacy.enter(asked.actor, room)
        file = await asked.services.pictures.say(asked.actor, room, asked.file)
        return {"errno": 0, "data": address_of(file), "msg": "保存成功"}
    room = await legacy.numbered(1)
    await legacy.enter(asked.actor, room)
    file = await asked.services.pictures.keep(asked.actor, room, asked.file)
    return {"errno": 0, "data": address_of(file), "msg": "保存成功!"}


async def set_avatar(asked: Asked) -> dict[str, Any]:
    """The caller's own picture, whomever the request names."""
    if asked.file is None or len(asked.file) > AVATAR_LIMIT:
        raise Missing
    changed = await asked.chat.pictures.set_avatar(asked.actor, asked.file)
    address = avatar(replace(asked.actor.user.card, avatar=changed.avatar))
    return {"errno": 0, "data": {"url": address}, "msg": "保存成功" if _is_laravel(asked) else "保存成功!"}


def _is_laravel(asked: Asked) -> bool:
    """That client names its token in the body or query, or else the room by its number."""
    return "api_token" in asked.fields or "api_token" in asked.query or _room(asked).isdecimal()


def _room(asked: Asked) -> str:
    return str(asked.fields.get("roomid", asked.query.get("roomid", "")))


def _picture_refused(asked: Asked | None, refusal: Refusal) -> tuple[int, dict[str, Any]]:
    return _refused(asked, refusal, "无效的参数（房间号/图片文件为空或者无效）", "上传失败!")


def _avatar_refused(asked: Asked | None, refusal: Refusal) -> tuple[int, dict[str, Any]]:
    return _refused(asked, refusal, "无效的参数（头像图片为空或者无效）", "保存异常!")


def _refused(asked: Asked | None, refusal: Refusal, missing: str, failed: str) -> tuple[int, dict[str, Any]]:
    if asked is not None and _is_laravel(asked):
        if isinstance(refusal, Unauthenticated | RateLimited):
            return laravel.refused(asked, refusal)
        text = missing if isinstance(refusal, Missing) else "文件上传失败，请重试"
        return 200, {"errno": 500, "msg": text}
    text = express.text_of(asked, refusal) if isinstance(refusal, Unauthenticated) else failed
    return 200, {"errno": 500, "msg": text, "data": text}


ENDPOINTS = (
    Endpoint("POST", "/api/file/uploadimg", picture, None, _picture_refused, is_upload=True),
    Endpoint("POST", "/api/file/avatar", set_avatar, None, _avatar_refused, is_upload=True),
)
