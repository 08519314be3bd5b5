"""Who may do what in a room: asked in the transaction that acts."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.chat.authority import refuse_guest
from webchat.model.ids import Millis, RoomId
from webchat.model.refusals import (
    Forbidden,
    NoSuchRoom,
    NotAMember,
    Refusal,
    RoomArchived,
    Silenced,
)
from webchat.model.rooms import Membership, Room
from webchat.model.users import Actor
from webchat.store import directs, memberships, rooms

_RANKS = {"member": 1, "moderator": 2, "owner": 3}
_ADMINISTRATOR = 4


def refuse_outsider(room: Room | None) -> NotAMember | NoSuchRoom:
    """What somebody who is no member is told: that a room exists, she may know of public ones only."""
    return NotAMember() if room is not None and room.kind == "public" and room.deleted is None else NoSuchRoom()


def member(db: sa.Connection, room_id: RoomId, actor: Actor) -> tuple[Room, Membership]:
    """The room and the actor's place in it.  Raises NotAMember, NoSuchRoom."""
    room = rooms.maybe(db, room_id)
    membership = memberships.maybe(db, room_id, actor.id)
    if room is None or room.deleted is not None or membership is None or not membership.is_active:
        raise refuse_outsider(room)
    return room, membership


def writer(db: sa.Connection, room_id: RoomId, actor: Actor) -> tuple[Room, Membership]:
    """As *member*, where something is to be written.  Raises RoomArchived too."""
    room, membership = member(db, room_id, actor)
    if room.archived is not None:
        raise RoomArchived
    return room, membership


def responder(db: sa.Connection, room_id: RoomId, actor: Actor, now: Millis) -> tuple[Room, Membership]:
    """As *writer*, for a sign that others are to see, whoever posts in the room.  Raises Silenced, Forbidden too."""
    room, membership = writer(db, room_id, actor)
    refusal = refuse_silenced(membership, now)
    if refusal is not None:
        raise refusal
    refuse_apart(db, room, actor)
    return room, membership


def refuse_apart(db: sa.Connection, room: Room, actor: Actor) -> None:
    """Raises Forbidden in a conversation of two, one of whom blocks the other."""
    if room.kind == "direct" and directs.apart(db, [(room.id, actor.id)]):
        raise Forbidden("One of the two of you blocks the other.")


def pinner(db: sa.Connection, room_id: RoomId, actor: Actor) -> tuple[Room, Membership]:
    """As *writer*, for somebody who decides what stands out: in a direct room all do.  Raises Forbidden too."""
    room, membership = writer(db, room_id, actor)
    if room.kind != "direct" and not may_moderate(actor, membership):
        raise Forbidden("Only the room's moderators do this.")
    refuse_apart(db, room, actor)
    return room, membership


def speaker(db: sa.Connection, room_id: RoomId, actor: Actor, now: Millis) -> tuple[Room, Membership]:
    """As *writer*, where others are to read it.  Raises Silenced, Forbidden too."""
    room, membership = writer(db, room_id, actor)
    refusal = refuse_speech(room, membership, actor.may_administer, now)
    if refusal is not None:
        raise refusal
    if room.kind == "direct" and directs.apart(db, [(room.id, actor.id)]):
        raise Forbidden
    return room, membership


def refuse_speech(room: Room, membership: Membership, may_administer: bool, now: Millis) -> Refusal | None:
    """Why a member of the room may not say something in it at *now*; None if she may."""
    refusal = refuse_silenced(membership, now)
    if refusal is not None:
        return refusal
    if room.posting == "moderators" and not (membership.may_moderate or may_administer):
        return Forbidden("Only the room's moderators post here.")
    return None


def refuse_silenced(membership: Membership, now: Millis) -> Silenced | None:
    """What somebody is told who may show nothing here at *now*; None if she may."""
    silence = membership.silence(now)
    return Silenced(retry_after=round(silence / 1000 + 0.05, 1)) if silence > 0 else None


def moderator(db: sa.Connection, room_id: RoomId, actor: Actor) -> tuple[Room, Membership]:
    """As *member*, for somebody who looks after the room.  Raises Forbidden too; nobody looks after a direct one."""
    room, membership = member(db, room_id, actor)
    if room.kind == "direct" or not may_moderate(actor, membership):
        raise Forbidden("Only the room's moderators do this.")
    return room, membership


def owner(db: sa.Connection, room_id: RoomId, actor: Actor) -> tuple[Room, Membership]:
    """As *member*, for the room's owner and those who run the server.  Raises Forbidden too."""
    room, membership = member(db, room_id, actor)
    if room.kind == "direct" or not (membership.role == "owner" or actor.may_administer):
        raise Forbidden("Only the room's owner does this.")
    return room, membership


def inviter(db: sa.Connection, room_id: RoomId, actor: Actor) -> tuple[Room, Membership]:
    """As *writer*, for somebody who may bring others in.  Raises Forbidden too; a direct room stays as it is."""
    refuse_guest(actor)
    room, membership = writer(db, room_id, actor)
    if room.kind == "direct" or not may_invite(room, membership, actor.may_administer):
        raise Forbidden("Only the room's moderators invite others.")
    return room, membership


def may_moderate(actor: Actor, membership: Membership) -> bool:
    """Whether the actor may delete what others wrote, and rename the room."""
    return membership.may_moderate or (membership.is_active and actor.may_administer)


def may_mention_everybody(room: Room, membership: Membership, may_administer: bool) -> bool:
    """Whether somebody with this place in the room may mention all of its members; nobody looks after a direct one."""
    return room.kind == "direct" or room.mentioning == "all" or membership.may_moderate or may_administer


def may_invite(room: Room, membership: Membership, may_administer: bool) -> bool:
    """Whether somebody with this place in the room may bring others in."""
    return membership.is_active and (room.inviting == "all" or membership.may_moderate or may_administer)


def outranks(actor: Actor, membership: Membership, other: Membership) -> bool:
    """Whether the actor has power over *other*: owner over moderator over member; who runs the server over all."""
    mine = _ADMINISTRATOR if actor.may_administer else _RANKS[membership.role]
    return mine > _RANKS[other.role]
