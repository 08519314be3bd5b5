"""What people write on its way from and to pages that show it as HTML; times; and refusals in their language."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.entities import html5

from webchat.model.ids import Millis
from webchat.model.refusals import Refusal

_AMPERSAND = re.compile(r"&(?=(#[0-9]|#[xX][0-9a-fA-F]|[a-zA-Z][a-zA-Z0-9]{0,31};?))")


def taken(text: str) -> str:
    """A text as it was typed: these clients send `&lt;` for `<`, and escape nothing else."""
    return text.replace("&lt;", "<")


def shown(text: str) -> str:
    """*text* for a page that shows it as HTML, so that it looks like what was typed.

    A bare `&` stays, since the pages' pattern of links ends at a semicolon: only where HTML would read a character
    reference (WHATWG HTML, 13.2.5.72) it is escaped.
    """
    return _AMPERSAND.sub(_escaped, text).replace("<", "&lt;") if "&" in text else text.replace("<", "&lt;")


def _escaped(found: re.Match[str]) -> str:
    # Some names count without a semicolon, whatever letters follow.
    name = found[1]
    is_reference = name[0] == "#" or any(name[:length] in html5 for length in range(2, len(name) + 1))
    return "&amp;" if is_reference else "&"


def iso(time: Millis) -> str:
    """ISO 8601, in UTC, with `Z`."""
    return datetime.fromtimestamp(time / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_SAID = {
    "unauthenticated": "请先登录",
    "wrong_credentials": "用户名和密码不匹配，请重新输入",
    "forbidden": "你暂无权限",
    "foreign_origin": "你暂无权限",
    "not_a_member": "你暂无权限",
    "banned": "你已被移出该聊天室",
    "silenced": "你已被禁言",
    "no_such_room": "聊天室不存在",
    "no_such_user": "用户不存在",
    "no_such_file": "图片不存在",
    "room_archived": "该聊天室已归档",
    "name_taken": "用户名已存在",
    "bad_name": "用户名不可用：请用 2 到 32 个字母、数字或汉字",
    "bad_email": "邮箱格式不正确",
    "bad_text": "内容包含无法显示的字符",
    "empty_text": "内容不能为空",
    "text_too_long": "内容过长",
    "weak_password": "密码至少 8 个字符，且不能太简单",
    "bad_picture": "图片无效",
    "bad_file": "图片无效",
    "quota_exceeded": "存储空间已满",
    "registration_closed": "本站暂不开放注册",
    "bad_invitation": "本站需要邀请才能注册",
    "rate_limited": "操作过于频繁，请稍后再试",
    "slow_mode": "发言过快，请稍后再试",
    "too_many": "数量已达上限",
    "too_large": "内容过大",
    "bad_request": "请求参数有误",
}


def said(refusal: Refusal, locale: str = "zh-CN") -> str:
    """*refusal* in a sentence that these clients show to people, in Chinese, as their pages are, or English (`en`)."""
    if locale == "en":
        return refusal.message
    if refusal.code == "name_taken" and refusal.field == "email":
        return "该邮箱已被注册"
    return _SAID.get(refusal.code, "服务器繁忙，请稍后再试")
