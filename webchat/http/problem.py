"""How a refusal looks over HTTP: a status and problem details (RFC 9457)."""

from __future__ import annotations

import math
from http import HTTPStatus

import msgspec
from msgspec import Struct

from webchat.model.refusals import Refusal

MEDIA_TYPE = "application/problem+json"

STATUS: dict[str, int] = {
    "refused": 400,
    "bad_request": 400,
    "bad_name": 400,
    "bad_text": 400,
    "bad_email": 400,
    "bad_picture": 400,
    "bad_file": 400,
    "empty_text": 400,
    "text_too_long": 400,
    "weak_password": 400,
    "unauthenticated": 401,
    "wrong_credentials": 401,
    "forbidden": 403,
    "insufficient_scope": 403,
    "foreign_origin": 403,
    "not_a_member": 403,
    "banned": 403,
    "silenced": 403,
    "registration_closed": 403,
    "bad_invitation": 403,
    "bad_setup_code": 403,
    "bad_reset_code": 403,
    "not_found": 404,
    "no_such_room": 404,
    "no_such_message": 404,
    "no_such_user": 404,
    "no_such_file": 404,
    "no_such_command": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    "conflict": 409,
    "name_taken": 409,
    "already_set_up": 409,
    "room_archived": 409,
    "too_many": 409,
    "quota_exceeded": 409,
    "reset": 410,
    "too_large": 413,
    "unsupported_media_type": 415,
    "bad_range": 416,
    "rate_limited": 429,
    "slow_mode": 429,
    "internal": 500,
    "busy": 503,
    "unavailable": 503,
    "retry": 503,
}
"""Every refusal's code with its HTTP status."""

_COMES_BACK = frozenset({429, 503})


class Problem(Struct, frozen=True, omit_defaults=True):
    """Why a request was not carried out.

    *code* is what programs go by; *detail* is an English sentence for developers.  *request_id* finds the request
    in the server's log.  *retry_after* is in seconds; *field* names the member of the request that is at fault;
    *suggestions* are what may have been meant instead.
    """

    title: str
    status: int
    detail: str
    code: str
    request_id: str
    type: str = msgspec.field(default_factory=lambda: "about:blank")
    retry_after: float | None = None
    field: str | None = None
    suggestions: tuple[str, ...] = ()


def problem(refusal: Refusal, request_id: str) -> Problem:
    """*refusal* as problem details.  Overload always says when to come back: in a second, unless it knows better."""
    status = STATUS[refusal.code]
    retry_after = refusal.retry_after
    if retry_after is None and status in _COMES_BACK:
        retry_after = 1.0
    return Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=refusal.message,
        code=refusal.code,
        request_id=request_id,
        retry_after=retry_after,
        field=refusal.field,
        suggestions=refusal.suggestions,
    )


def headers_of(problem: Problem) -> list[tuple[bytes, bytes]]:
    """The response headers that go with *problem*; Retry-After in whole seconds, never too early."""
    headers = [(b"Content-Type", MEDIA_TYPE.encode()), (b"Cache-Control", b"no-store")]
    if problem.retry_after is not None:
        headers.append((b"Retry-After", b"%d" % max(1, math.ceil(problem.retry_after))))
    if problem.status == 401:
        headers.append((b"WWW-Authenticate", b'Bearer realm="webchat"'))
    return headers


encode_problem = msgspec.json.Encoder().encode
