"""The endpoints of `laravel`: an `api_token` in every request, rooms by number, application errors in `errno`."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from webchat.chat.sessions import SignedIn
from webchat.legacy import robot
from webchat.legacy.endpoint import Answer, Asked, Endpoint, language
from webchat.legacy.shapes import user_row
from webchat.legacy.texts import said
from webchat.model.answers import Page
from webchat.model.events import Message
from webchat.model.ids import RoomId
from webchat.model.names import email_key
from webchat.model.refusals import BadRequest, RateLimited, Refusal, Unauthenticated, WrongCredentials
from webchat.model.users import Actor, UserCard

PAGE = 20
REGISTERED, SIGNED_IN, SIGNED_OUT = "用户注册成功", "用户登录成功", "用户退出成功"


async def register(asked: Asked) -> Answer:
    """A new account.  Without `email`, `name` is the address, and what stands before its @ the name that is shown."""
    name, email = asked.text("name"), asked.text("email", "")
    if not email:
        name, email = name.partition("@")[0], name
    email_key(email)
    account = await asked.chat.legacy.free_name(name)
    signed = await asked.chat.accounts.register(
        account,
        name,
        asked.text("password"),
        email,
        asked.text("invitation", "") or None,
        asked.device,
        needs_email=True,
    )
    return await _let_in(asked, signed, REGISTERED)


async def sign_in(asked: Asked) -> Answer:
    """A new token for who knows the password; her other devices keep theirs."""
    login = asked.text("email", "") or asked.text("name")
    return await _let_in(
        asked, await asked.chat.accounts.sign_in(login, asked.text("password"), asked.device), SIGNED_IN
    )


async def sign_out(asked: Asked) -> Answer:
    """Ends the token; sockets that were opened with it are closed."""
    await asked.chat.accounts.sign_out(asked.actor)
    return Answer({"errno": 0, "message": SIGNED_OUT, "data": SIGNED_OUT}, forgets=True)


async def me(asked: Asked) -> dict[str, Any]:
    """Who asks, without her token."""
    return user_row(asked.actor.user)


async def history(asked: Asked) -> dict[str, Any]:
    """Page `current` of a room, counted from the newest message.

    *total* is how many there were when the client began; what has come since is left out, so that no page overlaps the
    one before.  With it, page 1 is asked for by clients that hold it already.
    """
    room = await asked.chat.legacy.numbered(asked.number("roomid"))
    messages, cards, count = await numbered_page(asked, room)
    shapes, number = asked.services.shapes, asked.number("roomid")
    rows = [shapes.laravel(one, cards[one.author], number, asked.actor.user) for one in messages]
    return {"data": {"errno": 0, "data": rows, "total": count, "current": asked.number("current", 1)}}


async def numbered_page(asked: Asked, room: RoomId) -> tuple[tuple[Message, ...], dict[int, UserCard], int]:
    """What `current` and `total` ask for: messages, ascending; their authors; how many there are now."""
    current, total = asked.number("current", 1), asked.number("total", 0)
    if current < 1:
        raise BadRequest(field="current")
    await asked.chat.legacy.enter(asked.actor, room)
    page: Page | None = await asked.chat.messages.page(asked.actor, room, limit=PAGE)
    assert page is not None
    count = page.seq
    if current > 1:
        since = max(0, count - total) if total else 0
        before = count - since - (current - 1) * PAGE + 1
        page = await asked.chat.messages.page(asked.actor, room, before=before, limit=PAGE) if before > 1 else None
    elif total:
        page = None
    if page is None:
        return (), {}, count
    return page.messages, {card.id: card for card in page.users}, count


async def _let_in(asked: Asked, signed: SignedIn, text: str) -> Answer:
    await enter_both(asked, signed.actor)
    user = {**user_row(signed.actor.user), "api_token": signed.token}
    # One server of this family says `data` where its own client reads `user` and `message`.
    return Answer({"errno": 0, "user": user, "message": text, "data": user}, signed=signed)


async def enter_both(asked: Asked, actor: Actor) -> None:
    """Makes the actor a member of the rooms that these clients know, as far as she may be."""
    # What keeps her out of one of them she is told when she asks for it.
    with suppress(Refusal):
        for room in await asked.chat.legacy.both():
            with suppress(Refusal):
                await asked.chat.legacy.enter(actor, room)


def _auth_refused(asked: Asked | None, refusal: Refusal) -> tuple[int, dict[str, Any]]:
    # Status 200: of any other its page shows nothing but the number.
    text = said(refusal, language(asked))
    if isinstance(refusal, Unauthenticated) and language(asked) != "en":
        text = "用户已退出"
    return 200, {"errno": 1, "message": text, "data": text}


def refused(asked: Asked | None, refusal: Refusal) -> tuple[int, dict[str, Any]]:
    """As Laravel answers by itself."""
    if isinstance(refusal, Unauthenticated | WrongCredentials):
        return 401, {"message": "Unauthenticated."}
    if isinstance(refusal, RateLimited):
        return 429, {"message": "Too Many Attempts."}
    return 200, {"errno": 1, "message": said(refusal, language(asked))}


def _history_refused(asked: Asked | None, refusal: Refusal) -> tuple[int, dict[str, Any]]:
    status, body = refused(asked, refusal)
    return (status, body) if status != 200 else (200, {"data": {"errno": 1}})


ENDPOINTS = (
    Endpoint("POST", "/api/register", register, "laravel", _auth_refused, "anybody"),
    Endpoint("POST", "/api/login", sign_in, "laravel", _auth_refused, "anybody"),
    Endpoint("POST", "/api/logout", sign_out, "laravel", _auth_refused),
    Endpoint("GET", "/api/user", me, "laravel", refused),
    Endpoint("GET", "/api/robot", robot.answer, "laravel", refused, "anybody"),
    Endpoint("GET", "/api/history/message", history, "laravel", _history_refused, "known by browser"),
)
