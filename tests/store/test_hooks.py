"""Webhooks, stored: found while their bot is in the room, and what they have to tell."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.extras import Extras, Reaction
from webchat.model.ids import Rev, RoomId, Seq, UserId
from webchat.store import hooks, messages, rooms, users
from webchat.store.hooks import Hook


class Hooks(StoreTests):
    """Kept, found, forgotten."""

    def hook(self, room: RoomId, name: str = "bot", kind: Any = "out", **columns: Any) -> Hook:
        bot = self.user(name, kind="bot")
        told = self.join(room, bot)
        values = {"label": name.title(), "created": NOW, "told": told, "events": "message.posted bots", **columns}
        return self.write(lambda db: hooks.add(db, kind, room, bot, bot, **values))

    def change(self, room: RoomId, work: Any) -> Rev:
        def changed(db: sa.Connection) -> Rev:
            _, rev = rooms.raise_counters(db, room, 0, 1)
            work(db, rev)
            return rev

        return self.write(changed)

    def test_found(self) -> None:
        """By id and by what its URL ends with, as long as its bot is in the room and well."""
        room = self.room()
        one = self.hook(room, kind="in", token_sha256=b"1" * 32, events="")
        two = self.hook(room, "other")
        self.assertEqual(self.read(hooks.of_room, room, 9), [two, one])
        self.assertEqual((self.read(hooks.count, room), self.read(hooks.outgoing, room)), (2, [two]))
        self.assertEqual((self.read(hooks.by_token, b"1" * 32), self.read(hooks.by_token, b"2" * 32)), (one, None))
        self.assertEqual((two.events, two.hears_bots, one.events), (("message.posted",), True, ()))
        self.write(users.change, two.bot, disabled=NOW)
        self.leave(room, one.bot)
        self.assertEqual((self.read(hooks.of_room, room, 9), self.read(hooks.by_token, b"1" * 32)), ([], None))
        self.assertIsNone(self.read(hooks.maybe, one.id))
        self.assertEqual((self.write(hooks.remove_dead), self.write(hooks.remove_dead)), (2, 0))

    def test_seen(self) -> None:
        """Moderators see who it speaks as, and who made it; nothing of its secret."""
        room = self.room()
        hook = self.hook(room, secret="whsec_canary", url="https://ci.example")
        (view,) = self.read(hooks.views, [hook])
        self.assertEqual((view.bot.name, view.created_by, view.url), ("bot", view.bot, "https://ci.example"))
        self.assertNotIn("canary", repr((view, hook)))

    def test_behind(self) -> None:
        """Rooms with outgoing ones are known, and whether all is told; those of a room that is gone are removed."""
        room, other = self.room(), self.room("Other")
        hook = self.hook(room)
        self.hook(other, "in", kind="in")
        self.assertEqual(self.read(hooks.telling), {room: False})
        _, rev = self.post(room, hook.bot)
        self.assertEqual(self.read(hooks.telling), {room: True})
        self.write(hooks.change, hook.id, told=rev)
        self.assertEqual(self.read(hooks.telling), {room: False})
        self.change(other, lambda db, rev: rooms.change(db, other, rev, deleted=NOW))
        self.assertEqual(self.write(hooks.remove_dead), 1)

    def test_changed(self) -> None:
        """Of a message it is known when it was posted, said otherwise, and given another reaction, by rev."""
        room, anna = self.room(), self.user()
        self.join(room, anna)
        seqs: list[Seq] = [self.post(room, anna, text)[0] for text in ("one", "two", "three")]
        edited = self.change(room, lambda db, rev: messages.edit(db, room, seqs[0], "uno", NOW, rev))
        extras = Extras(reactions=(Reaction("🍵", 1, (UserId(anna),)),))
        reacted = self.change(room, lambda db, rev: messages.set_reactions(db, room, seqs[0], extras, rev))
        shown = self.change(room, lambda db, rev: messages.set_extras(db, room, seqs[1], extras, rev))
        deleted = self.change(room, lambda db, rev: messages.delete(db, room, seqs[2], NOW, rev))
        found = self.read(hooks.changed, room, Rev(0), 9)
        self.assertEqual([one.rev for one in found], [reacted, shown, deleted])
        self.assertEqual([one.said_rev for one in found], [edited, None, deleted])
        self.assertEqual([one.reacted_rev for one in found], [reacted, None, None])
        self.assertEqual([one.text for one in found], ["uno", "two", ""])
        self.assertEqual([one.seq for one in self.read(hooks.changed, room, reacted, 1)], [seqs[1]])


on_each_engine(Hooks, globals())
