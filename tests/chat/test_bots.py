"""Bots: who makes them, who manages them, what their tokens are good for, and when they end."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, PASSWORD, Connection, House
from webchat.chat.bots import MAX_BOTS
from webchat.model.commands import PostMessage
from webchat.model.ids import RoomId, UserId
from webchat.model.users import Actor, BotView
from webchat.store import audit


class BotCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.bots, self.administration = self.house.chat.bots, self.house.chat.administration
        self.anna, self.mei = self.house.set_up(), self.house.register("mei")
        self.house.wait(self.house.chat.settings.change(None, bots="all"))

    def make(self, by: Actor | None = None, name: str = "weather", **more: Any) -> BotView:
        return self.house.wait(self.bots.make(by or self.mei, name, name.title(), **more))

    def token(self, bot: UserId, scopes: Any = None, by: Actor | None = None) -> str:
        return self.house.wait(self.bots.make_token(by or self.mei, bot, "p", scopes))[0]

    def actor(self, token: str) -> Actor:
        return self.house.wait(self.house.chat.accounts.authenticate(token))

    def closed(self, connection: Connection) -> int | None:
        self.assertFalse(connection.is_open)
        return connection.close_code

    def refusal(self, work: Any) -> str:
        return self.house.refusal(work)

    def acts(self) -> list[tuple[str, int | None]]:
        found = self.house.wait(self.house.database.read(lambda db: audit.entries(db, 2**53, 50, None, None)))
        return [(one.action, one.actor) for one in reversed(found) if one.action.startswith(("bot.", "user."))]


class Making(BotCase):
    """Who makes bots, and what one is."""

    def test_what_it_is(self) -> None:
        """A bot is an account with an owner; nobody signs in to it, nor is it given a password."""
        bot = self.make(about="Looks out of the window")
        self.assertEqual((bot.user.kind, bot.role, bot.state, bot.about), ("bot", "member", "active",
                                                                          "Looks out of the window"))  # fmt: skip
        self.assertEqual((bot.owner and bot.owner.id, bot.tokens, bot.seen), (self.mei.id, 0, None))
        accounts = self.house.chat.accounts
        self.assertEqual(self.refusal(accounts.sign_in("weather", PASSWORD, DEVICE)), "wrong_credentials")
        self.assertEqual(self.refusal(accounts.set_password(bot.user.id, PASSWORD)), "forbidden")
        self.assertEqual(self.refusal(self.house.chat.resets.make(None, bot.user.id)), "conflict")
        self.assertEqual(self.refusal(self.bots.make(self.mei, "weather", "")), "name_taken")
        self.assertEqual(self.house.wait(self.bots.mine(self.mei)), ([bot], True))
        self.assertEqual(self.house.wait(self.bots.mine(self.anna)), ([], True))

    def test_who(self) -> None:
        """Where only admins make them others do not; guests and bots never do."""
        bot = self.make()
        itself = self.actor(self.token(bot.user.id))
        self.house.wait(self.house.chat.settings.change(None, guests=True))
        guest = self.house.wait(self.house.chat.accounts.let_guest_in("Gus", DEVICE)).actor
        for who in (itself, guest):
            self.assertEqual(self.refusal(self.bots.make(who, "other", "")), "forbidden")
            self.assertFalse(self.house.wait(self.bots.mine(who))[1])
        self.house.wait(self.house.chat.settings.change(None, bots="admins"))
        self.assertEqual(self.refusal(self.bots.make(self.mei, "other", "")), "forbidden")
        self.assertFalse(self.house.wait(self.bots.mine(self.mei))[1])
        self.make(self.anna, "other")

    def test_how_many(self) -> None:
        """A member has ten; a deleted one makes room for another."""
        for number in range(MAX_BOTS):
            self.house.clock.advance(60)
            last = self.make(name=f"bot-{number}")
        self.house.clock.advance(60)
        self.assertEqual(self.refusal(self.bots.make(self.mei, "more", "")), "too_many")
        self.assertFalse(self.house.wait(self.bots.mine(self.mei))[1])
        self.house.wait(self.bots.delete(self.mei, last.user.id))
        self.make(name="more")

    def test_pages(self) -> None:
        """Those who run the server see everybody's bots, page by page; nobody else does."""
        ids = [self.make(name=f"bot-{number}").user.id for number in range(3)]
        page, after = self.house.wait(self.bots.all(self.anna, limit=2))
        self.assertEqual(([bot.user.id for bot in page], after), ([ids[2], ids[1]], ids[1]))
        page, after = self.house.wait(self.bots.all(self.anna, after, 2))
        self.assertEqual(([bot.user.id for bot in page], after), ([ids[0]], None))
        self.assertEqual(self.refusal(self.bots.all(self.mei)), "forbidden")


class Managing(BotCase):
    """Its owner and those who run the server do, and nobody else."""

    def test_who(self) -> None:
        """Others are refused all of it; what is no bot is not found."""
        bot, otto = self.make().user.id, self.house.register("otto")
        self.token(bot)
        itself = self.actor(self.token(bot))
        token = self.house.wait(self.bots.tokens(self.mei, bot))[0].id

        def everything(by: Actor, one: UserId) -> list[Any]:
            return [
                self.bots.one(by, one), self.bots.change(by, one, "X"), self.bots.delete(by, one),
                self.bots.tokens(by, one), self.bots.make_token(by, one, "p", None),
                self.bots.revoke(by, one, token), self.bots.rotate(by, one, token),
                self.bots.remove_picture(by, one), self.bots.set_picture(by, one, b""),
            ]  # fmt: skip

        for by in (otto, itself):
            self.assertEqual({self.refusal(work) for work in everything(by, bot)}, {"forbidden"})
        for one in (self.mei.id, UserId(4711)):
            self.assertEqual({self.refusal(work) for work in everything(self.mei, one)}, {"no_such_user"})
        self.assertEqual(self.house.wait(self.bots.one(self.anna, bot)).tokens, 2)

    def test_changed(self) -> None:
        """Whoever shares a room with it is told of its new name."""
        bot = self.make().user.id
        listening = self.house.connect(self.mei)
        self.house.wait(self.house.chat.members.invite(self.anna, RoomId(1), [bot]))
        listening.rest()
        changed = self.house.wait(self.bots.change(self.mei, bot, "Wetter", "Indoors"))
        self.assertEqual((changed.user.display_name, changed.about), ("Wetter", "Indoors"))
        self.assertIn("Wetter", [event.get("user", {}).get("display_name") for event in listening.rest()])

    def test_stopped(self) -> None:
        """Its owner stops and starts it; whom those who run the server have disabled she does not start."""
        bot = self.make().user.id
        connection = self.house.connect(self.actor(self.token(bot)))
        self.assertEqual(self.house.wait(self.bots.change(self.mei, bot, stopped=True)).state, "stopped")
        self.assertEqual(self.closed(connection), 4003)
        self.assertEqual(self.refusal(self.bots.make_token(self.mei, bot, "p", None)), "conflict")
        found = self.house.wait(self.bots.change(self.mei, bot, stopped=False))
        self.assertEqual((found.state, found.tokens), ("active", 0))
        self.house.wait(self.bots.change(self.mei, bot, stopped=True))
        self.house.wait(self.administration.disable(self.anna, bot, True))
        self.assertEqual(self.house.wait(self.bots.one(self.mei, bot)).state, "disabled")
        self.assertEqual(self.refusal(self.bots.change(self.mei, bot, stopped=False)), "conflict")
        self.house.wait(self.administration.disable(self.anna, bot, False))
        self.assertEqual(self.house.wait(self.bots.one(self.mei, bot)).state, "active")

    def test_with_its_owner(self) -> None:
        """Who is disabled, or goes, takes her bots with her: their tokens are nothing from that moment."""
        bot = self.make().user.id
        token = self.token(bot)
        connection = self.house.connect(self.actor(token))
        self.house.wait(self.administration.disable(self.anna, self.mei.id, True))
        self.assertEqual(self.closed(connection), 4003)
        self.assertEqual(self.refusal(self.house.chat.accounts.authenticate(token)), "unauthenticated")
        self.house.wait(self.administration.disable(self.anna, self.mei.id, False))
        mei = self.house.wait(self.house.chat.accounts.sign_in("mei", PASSWORD, DEVICE)).actor
        self.assertEqual(self.house.wait(self.bots.change(mei, bot, stopped=False)).state, "active")
        connection = self.house.connect(self.actor(self.token(bot, by=mei)))
        self.house.wait(self.house.chat.leaving.give_up(mei, PASSWORD))
        self.assertFalse(connection.is_open)
        self.assertEqual(self.house.wait(self.bots.one(self.anna, bot)).state, "stopped")

    def test_deleted(self) -> None:
        """It leaves its rooms, its connections end, and it is nobody's to manage; what it wrote stays."""
        bot = self.make().user.id
        self.house.wait(self.house.chat.members.invite(self.anna, RoomId(1), [bot]))
        itself = self.house.connect(self.actor(self.token(bot)))
        itself.ask("post", room=1, text="rain", nonce="r1")
        listening = self.house.connect(self.anna)
        listening.rest()
        self.house.wait(self.bots.delete(self.mei, bot))
        self.assertFalse(itself.is_open)
        self.assertIn("member", [event["type"] for event in listening.rest()])
        self.assertEqual(self.refusal(self.bots.one(self.anna, bot)), "no_such_user")
        self.assertEqual(self.refusal(self.bots.make(self.mei, "weather", "")), "name_taken")

    def test_admins(self) -> None:
        """Only the server's owner makes a bot an admin; no mere member manages it, and it falls with its own owner."""
        bot = self.make().user.id
        self.assertEqual(self.refusal(self.administration.set_role(self.mei, bot, "admin")), "forbidden")
        self.assertEqual(self.refusal(self.administration.set_role(self.anna, bot, "owner")), "conflict")
        self.assertEqual(self.refusal(self.administration.set_role(self.anna, bot, "guest")), "conflict")
        self.house.wait(self.administration.set_role(self.anna, bot, "admin"))
        self.assertEqual(self.refusal(self.bots.make_token(self.mei, bot, "p", None)), "forbidden")
        self.house.wait(self.administration.set_role(self.anna, self.mei.id, "admin"))
        token = self.token(bot)
        self.house.wait(self.administration.overview(self.actor(token)))
        self.house.wait(self.administration.set_role(self.anna, self.mei.id, "member"))
        self.assertEqual(self.refusal(self.administration.overview(self.actor(token))), "forbidden")

    def test_audited(self) -> None:
        """Each act leaves its entry, with who did it."""
        bot = self.make().user.id
        self.token(bot)
        token = self.house.wait(self.bots.tokens(self.mei, bot))[0].id
        rotated = self.house.wait(self.bots.rotate(self.mei, bot, token))[1].id
        self.house.wait(self.bots.revoke(self.anna, bot, rotated))
        self.house.wait(self.bots.change(self.mei, bot, "Wetter", stopped=True))
        self.house.wait(self.bots.change(None, bot, stopped=False))
        self.house.wait(self.bots.delete(self.mei, bot))
        mei, anna = self.mei.id, self.anna.id
        self.assertEqual(
            self.acts(),
            [
                ("bot.add", mei), ("bot.token.add", mei), ("bot.token.rotate", mei), ("bot.token.revoke", anna),
                ("bot.change", mei), ("bot.stop", mei), ("bot.start", None), ("bot.delete", mei),
            ],
        )  # fmt: skip


class Tokens(BotCase):
    """What a bot acts with."""

    def test_rotated(self) -> None:
        """The new secret is good for what the old one was, and the old one ends at once."""
        bot = self.make().user.id
        old = self.token(bot, ["read", "write"])
        token = self.house.wait(self.bots.tokens(self.mei, bot))[0]
        connection = self.house.connect(hello=False)
        connection.send(type="hello", token=old)
        new, shown = self.house.wait(self.bots.rotate(self.mei, bot, token.id))
        self.assertEqual((shown.label, shown.scopes), ("p", ("read", "write")))
        self.assertEqual(self.closed(connection), 4001)
        self.assertEqual(self.refusal(self.house.chat.accounts.authenticate(old)), "unauthenticated")
        self.assertEqual(self.actor(new).user.id, bot)
        self.assertEqual(self.refusal(self.bots.rotate(self.mei, bot, token.id)), "not_found")
        self.house.wait(self.bots.revoke(self.mei, bot, shown.id))
        self.assertEqual(self.refusal(self.house.chat.accounts.authenticate(new)), "unauthenticated")

    def test_makes_none_itself(self) -> None:
        """Who has got hold of a bot's token does not make herself another one."""
        itself = self.actor(self.token(self.make().user.id))
        self.assertEqual(self.refusal(self.house.chat.accounts.make_token(itself, "p", None)), "forbidden")

    def test_own_pace(self) -> None:
        """Bots post at a pace of their own, each for itself and apart from people."""
        house = self.house
        bot = self.make().user.id
        house.wait(house.chat.members.invite(self.anna, RoomId(1), [bot]))
        itself = self.actor(self.token(bot))
        pace = int(house.chat.bot_posts._rate.burst)
        self.assertNotEqual(pace, house.chat.posts._rate.burst)
        for number in range(pace):
            house.wait(house.chat.messages.post(itself, PostMessage(0, RoomId(1), "x", f"n{number}")))
        refused = house.chat.messages.post(itself, PostMessage(0, RoomId(1), "x", "last"))
        self.assertEqual(house.refusal(refused), "rate_limited")
        house.wait(house.chat.messages.post(self.mei, PostMessage(0, RoomId(1), "x", "m1")))
