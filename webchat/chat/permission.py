"""Who may do what in a room: asked in the transaction that acts."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.ids import RoomId
from webchat.model.refusals import NoSuchRoom, NotAMember, RoomArchived
from webchat.model.rooms import Membership, Room
from webchat.model.users import Actor
from webchat.store import memberships, rooms


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


def may_moderate(actor: Actor, membership: Membership) -> bool:
    """Whether the actor may delete what others wrote, and rename the room."""
    return membership.may_moderate or (membership.is_active and actor.may_administer)
