"""The endpoints of `express`: bearer tokens, account names as addresses, friends, errors in `errno` with status 200.

Its client takes a status other than 200 for no answer at all, and waits for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from webchat.chat import Chat
from webchat.chat.sessions import SignedIn
from webchat.legacy import robot
from webchat.legacy.endpoint import Answer, Asked, Endpoint, language
from webchat.legacy.ids import direct_name, read_direct, read_message, read_number, read_user, room_name, user_id
from webchat.legacy.laravel import PAGE, enter_both, numbered_page
from webchat.legacy.shapes import avatar, person
from webchat.legacy.texts import iso, said
from webchat.model.answers import Page
from webchat.model.ids import RoomId, UserId
from webchat.model.names import NAME_MAX
from webchat.model.refusals import (
    NoSuchRoom,
    NoSuchUser,
    NotAMember,
    Refusal,
    Unauthenticated,
    WrongCredentials,
)
from webchat.model.users import Actor, ContactView, UserCard

MOST_DIRECTS = 50
MOST_FOUND = 20
NO_RIGHT = "你暂无权限"
PASSWORD_MAX = 128


class Said(Refusal):
    """A refusal in the *words* that this client knows it by, or in *english*."""

    def __init__(self, words: str, english: str) -> None:
        super().__init__(english)
        self.words = words


async def sign_up(asked: Asked) -> Answer:
    """A new account."""
    name, password = asked.text("name"), asked.text("password")
    if len(name) > NAME_MAX:
        raise Said("用户名过长", "The name is too long.")
    if len(password) > PASSWORD_MAX:
        raise Said("密码过长", "The password is too long.")
    invitation = asked.text("invitation", "") or None
    signed = await asked.chat.accounts.register(name, name, password, None, invitation, asked.device)
    return await _let_in(asked, signed, "注册成功")


async def sign_in(asked: Asked) -> Answer:
    """A new token for who knows the password."""
    try:
        signed = await asked.chat.accounts.sign_in(asked.text("name"), asked.text("password"), asked.device)
    except WrongCredentials:
        raise Said("用户名或密码不正确", "Name and password do not match.") from None
    return await _let_in(asked, signed, "登录成功")


async def _let_in(asked: Asked, signed: SignedIn, text: str) -> Answer:
    await enter_both(asked, signed.actor)
    card = signed.actor.user.card
    info = {"name": card.name, "src": avatar(card), "id": user_id(card.id)}
    return Answer({"errno": 0, "userInfo": info, "token": signed.token, "data": text}, signed=signed)


async def info(asked: Asked) -> dict[str, Any]:
    """Somebody by her name, which this client escapes twice."""
    name = asked.text("id")
    try:
        card = await asked.chat.legacy.named(name)
    except NoSuchUser:
        card = await asked.chat.legacy.named(unquote(name).replace("\0", ""))
    # Who may not know of her is told no more than of nobody.
    await asked.chat.people.profile(asked.actor, card.id)
    return {"errno": 0, "data": {"id": user_id(card.id), "name": card.name, "src": avatar(card)}}


async def featured(asked: Asked) -> dict[str, Any]:
    """People whom the operator shows to everybody who is signed in."""
    found = [] if _is_guest(asked) else await asked.chat.people.featured(asked.actor)
    return {"errno": 0, "data": [person(card) for card in found]}


async def search(asked: Asked) -> dict[str, Any]:
    """People with a text anywhere in a name."""
    name = asked.text("name", "")
    found: Sequence[UserCard] = ()
    if not _is_guest(asked) and name.strip():
        found, _ = await asked.chat.people.find(asked.actor, name[:NAME_MAX], limit=MOST_FOUND)
    return {"errno": 0, "data": [person(card) for card in found]}


async def busiest(asked: Asked) -> dict[str, Any]:
    """Who wrote most lately in the public rooms."""
    found = [] if _is_guest(asked) else await asked.chat.legacy.busiest()
    rows = [{"_id": card.name, "count": count, "user": person(card)} for card, count in found]
    return {"errno": 0, "data": rows}


async def newest(asked: Asked) -> dict[str, Any]:
    """The newest messages of the caller's rooms, by the rooms' names."""
    actor = _self(asked)
    rooms: dict[str, list[dict[str, Any]]] = {}
    for number, room in enumerate(await asked.chat.legacy.both(), 1):
        await asked.chat.legacy.enter(actor, room)
        rooms[room_name(number)] = _rows(asked, await _page(asked, actor, room), number)
    for view in await friends(asked.chat, actor):
        rooms[direct_name(actor.id, view.user.id)] = []
    _, states = await asked.chat.rooms.mine(actor)
    directs = [one for one in states if one.kind == "direct" and len(one.people) == 1]
    for state in directs[-MOST_DIRECTS:]:
        two = (actor.id, state.people[0].id)
        rooms[direct_name(*two)] = _rows(asked, await _page(asked, actor, state.room), two)
    return {"errno": 0, "data": rooms}


async def history(asked: Asked) -> dict[str, Any]:
    """Messages older than `msgid`, or the newest; none: the room has no more."""
    try:
        room, named = await _named_room(asked, asked.text("roomid"))
        before = None
        if asked.text("msgid", ""):
            found = read_message(asked.text("msgid"))
            if found is None or found[0] != room:
                return {"errno": 1, "data": {}}
            before = found[1]
        page = await _page(asked, asked.actor, room, before)
    except (NoSuchRoom, NotAMember):
        raise Said(NO_RIGHT, "You may not do this.") from None
    return {"errno": 0, "data": {"data": _rows(asked, page, named)}}


async def old_history(asked: Asked) -> dict[str, Any]:
    """A page of a room by its number."""
    room, named = await _named_room(asked, asked.text("roomid"))
    messages, cards, count = await numbered_page(asked, room)
    rows = [asked.services.shapes.express(one, cards[one.author], named) for one in messages]
    return {"data": {"errno": 0, "data": rows, "total": count, "current": asked.number("current", 1)}}


async def add_friend(asked: Asked) -> dict[str, Any]:
    """Makes somebody a friend of the caller's, or asks her to be one, as the operator has decided."""
    actor = _self(asked)
    other = read_user(asked.text("friendId"))
    if other == actor.id:
        text = "咱不开玩笑，放过自己吧🤣"
        return {"errno": 1, "data": text, "error": text}
    if asked.services.befriends:
        if not await asked.chat.contacts.befriend(actor, other):
            raise Said("您已经添加过该好友，请勿重复添加", "You are friends already.")
    else:
        if any(view.user.id == other for view in await friends(asked.chat, actor)):
            raise Said("您已经添加过该好友，请勿重复添加", "You are friends already.")
        await asked.chat.contacts.ask(actor, other, "")
        return {"errno": 0, "data": "已发送好友请求，等待对方同意"}
    return {"errno": 0, "data": "添加成功"}


async def list_friends(asked: Asked) -> dict[str, Any]:
    """The caller's friends."""
    actor = _self(asked)
    return {"errno": 0, "data": [friend_row(actor, view) for view in await friends(asked.chat, actor)]}


async def friends(chat: Chat, actor: Actor) -> list[ContactView]:
    """All contacts of the actor, who can have a thousand."""
    found: list[ContactView] = []
    after: UserId | None = UserId(0)
    while after is not None:
        page, after = await chat.contacts.mine(actor, after, 200)
        found += [view for view in page if view.state == "accepted"]
    return found


def friend_row(actor: Actor, view: ContactView) -> dict[str, Any]:
    """A friend as she stands in the list."""
    return {
        "_id": direct_name(actor.id, view.user.id),
        "selfId": user_id(actor.id),
        "friendId": person(view.user),
        "time": iso(view.created),
    }


def _is_guest(asked: Asked) -> bool:
    """Whether the caller learns nothing of people whom she does not meet."""
    return asked.caller is None or asked.caller.user.role == "guest"


def _self(asked: Asked) -> Actor:
    """The caller, who must be whom `selfId` names.  Raises Said."""
    if asked.text("selfId") != user_id(asked.actor.id):
        raise Said("登录异常，请重新登录", "Sign in again.")
    return asked.actor


async def _named_room(asked: Asked, name: str) -> tuple[RoomId, int | tuple[UserId, UserId]]:
    """The room called *name*, in which the caller is, and how a message in it names it.  Raises NoSuchRoom ..."""
    number = read_number(name)
    if number is not None:
        room = await asked.chat.legacy.numbered(number)
        await asked.chat.legacy.enter(asked.actor, room)
        return room, number
    other = read_direct(name, asked.actor.id)
    return await asked.chat.legacy.direct(asked.actor, other), (asked.actor.id, other)


async def _page(asked: Asked, actor: Actor, room: RoomId, before: int | None = None) -> Page:
    return await asked.chat.messages.page(actor, room, before=before, limit=PAGE)


def _rows(asked: Asked, page: Page, named: int | tuple[UserId, UserId]) -> list[dict[str, Any]]:
    cards = {card.id: card for card in page.users}
    return [asked.services.shapes.express(one, cards[one.author], named) for one in page.messages]


def text_of(asked: Asked | None, refusal: Refusal) -> str:
    """What the client shows of *refusal*."""
    if language(asked) == "en":
        return refusal.message
    if isinstance(refusal, Said):
        return refusal.words
    if isinstance(refusal, Unauthenticated) and asked is not None and asked.token(None) is not None:
        return "token 校验错误"
    return said(refusal)


def refused(asked: Asked | None, refusal: Refusal) -> tuple[int, dict[str, Any]]:
    """Never another status than 200."""
    text = text_of(asked, refusal)
    return 200, {"errno": 1, "msg": text, "data": text}


ENDPOINTS = (
    Endpoint("POST", "/api/user/signup", sign_up, "express", refused, "anybody"),
    Endpoint("POST", "/api/user/signin", sign_in, "express", refused, "anybody"),
    Endpoint("GET", "/api/user/getInfo", info, "express", refused, "known by browser"),
    Endpoint("GET", "/api/user/vipuser", featured, "express", refused, "anybody"),
    Endpoint("GET", "/api/user/search", search, "express", refused, "anybody"),
    Endpoint("GET", "/api/message/history/byUser", newest, "express", refused),
    Endpoint("GET", "/api/message/v2/history", history, "express", refused),
    Endpoint("GET", "/api/message/history", old_history, "express", refused),
    Endpoint("GET", "/api/message/getHot", busiest, "express", refused, "anybody"),
    Endpoint("GET", "/api/message/robotapi", robot.answer, "express", refused, "anybody"),
    Endpoint("POST", "/api/friend/add", add_friend, "express", refused),
    Endpoint("POST", "/api/friend/list", list_friends, "express", refused),
)
