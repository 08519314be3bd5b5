"""Where the older clients put their token, and the cookie by which their browser is known again."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence

from webchat.model.web import cookie_of

COOKIE_DAYS = 90
_NONE = frozenset({"", "false", "null", "undefined"})
"""What these clients send when they have no token."""
_LONGEST = 200


def read_token(value: object) -> str | None:
    """The token that *value* is; None where it says that there is none, or cannot be one."""
    if not isinstance(value, str) or value.strip() in _NONE or len(value) > _LONGEST:
        return None
    return value.strip()


def laravel_token(query: Mapping[str, str], fields: Mapping[str, object], authorization: Sequence[str]) -> str | None:
    """The token of a request: in the query, in the body, as bearer, or as the password of Basic (RFC 7617)."""
    return (
        read_token(query.get("api_token"))
        or read_token(fields.get("api_token"))
        or read_token(_after(authorization, "bearer"))
        or read_token(_basic_password(authorization))
    )


def express_token(query: Mapping[str, str], authorization: Sequence[str]) -> str | None:
    """The token of a request: as bearer, or in the query."""
    return read_token(_after(authorization, "bearer")) or read_token(query.get("token"))


def device_cookie_name(secure: bool) -> str:
    """What the device cookie is called; *secure*: people reach the server by https."""
    return "__Host-webchat-device" if secure else "webchat-device"


def device_cookie(cookies: Sequence[str], secure: bool) -> str | None:
    """The device cookie in the values of the `Cookie` headers.

    It says who somebody is only to pages of ours: whoever reads it looks at the Origin first.
    """
    found = cookie_of(cookies, device_cookie_name(secure))
    return found if found is not None and len(found) == 43 else None


def _after(authorization: Sequence[str], scheme: str) -> str:
    if len(authorization) != 1:
        return ""
    named, _, value = authorization[0].strip().partition(" ")
    return value if named.lower() == scheme else ""


def _basic_password(authorization: Sequence[str]) -> str:
    try:
        return base64.b64decode(_after(authorization, "basic"), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
