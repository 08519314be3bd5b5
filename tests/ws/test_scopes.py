"""What a token is good for over the socket, and what a bot may ask: every command there is."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import Connection
from tests.ws.test_table import COMMANDS, EXPECTED, FORBIDDEN, MEMBERS, ROOM, WHO, Village
from webchat.model.bots import SCOPES, Scope
from webchat.model.ids import RoomId

LACKING = "insufficient_scope"


class Scopes(SynchronousTestCase):
    """A token with some scopes."""

    def connect(self, village: Village, *scopes: Scope) -> Connection:
        token, _ = village.wait(village.chat.accounts.make_token(village.people["member"], "p", None, scopes))
        connection = village.connect(hello=False)
        connection.send(type="hello", token=token)
        connection.rest()
        return connection

    def test_each(self) -> None:
        """With what a command needs, and with reading, it is answered as ever; with all but that it is not."""
        member = WHO.index("member")
        for kind, command in COMMANDS.items():
            if kind == "hello":
                continue
            self.assertIn(command.scope, SCOPES, kind)
            village = Village(self)
            answer = self.connect(village, "read", command.scope).ask(kind, **MEMBERS[kind])
            self.assertEqual(answer.get("code", answer["type"]), EXPECTED[kind][member], kind)
            if command.scope != "read":
                others = [one for one in SCOPES if one != command.scope]
                answer = self.connect(village, *others).ask(kind, **MEMBERS[kind])
                self.assertEqual(answer.get("code"), LACKING, kind)

    def test_deaf(self) -> None:
        """A token that may not read hears nothing at all."""
        village = Village(self)
        token, _ = village.wait(
            village.chat.accounts.make_token(village.people["member"], "p", None, ["write", "rooms"])
        )
        connection = village.connect(hello=False)
        connection.send(type="hello", token=token)
        self.assertEqual(connection.next()["code"], LACKING)
        self.assertEqual(connection.close_code, 4001)


class Bot(SynchronousTestCase):
    """A bot that belongs to the room, with a token for everything."""

    def test_each(self) -> None:
        """It gets from each command what the other members get who did not write the message."""
        for kind in COMMANDS:
            if kind == "hello":
                continue
            village = Village(self)
            bots = village.chat.bots
            bot = village.wait(bots.make(village.people["owner"], "weather", "")).user.id
            village.wait(village.chat.members.invite(village.people["room owner"], RoomId(ROOM), [bot]))
            token, _ = village.wait(bots.make_token(village.people["owner"], bot, "p", None))
            connection = village.connect(hello=False)
            connection.send(type="hello", token=token)
            self.assertEqual(connection.next("welcome")["user"]["kind"], "bot")
            answer = connection.ask(kind, **MEMBERS[kind])
            expected = FORBIDDEN if kind in ("edit", "delete", "pin") else "ok"
            self.assertEqual(answer.get("code", answer["type"]), expected, kind)
