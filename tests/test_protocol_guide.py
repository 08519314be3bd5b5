"""The guide for those who write clients is true: its examples are played, its codes are compared."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, PASSWORD, House
from webchat.model.refusals import CATALOGUE

GUIDE = Path(__file__).parent.parent / "docs" / "protocol.md"

# What only HTTP asks for, and so only HTTP refuses.
ONLY_HTTP = {
    "already_set_up", "bad_email", "bad_invitation", "bad_name", "bad_picture", "bad_reset_code", "bad_setup_code",
    "foreign_origin",
    "method_not_allowed", "name_taken", "registration_closed", "reset", "too_large", "too_slow",
    "unsupported_media_type", "weak_password", "wrong_credentials",
}  # fmt: skip
# Said only together with a close (4029), which the guide's table of closes explains.
WITH_A_CLOSE = {"too_many"}


def exchanges(guide: str) -> list[tuple[str, list[str]]]:
    """What the client sends in the guide's examples, each with all that it then receives."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("-> "):
                found.append((line[3:], []))
            elif line.startswith("<- "):
                found[-1][1].append(line[3:])
    return found


def matches(wanted: Any, got: Any) -> bool:
    """Whether *got* is *wanted*, in which placeholders stand for whatever the moment brings."""
    if wanted == "$int":
        return type(got) is int
    if wanted == "$text":
        return isinstance(got, str)
    if isinstance(wanted, dict) and isinstance(got, dict):
        return wanted.keys() == got.keys() and all(matches(wanted[key], got[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(map(matches, wanted, got))
    return type(wanted) is type(got) and wanted == got


class Examples(SynchronousTestCase):
    """The examples of each chapter, on a server and a connection of its own, in their order."""

    def test_played(self) -> None:
        """Whoever sends what the guide sends receives what the guide says, and nothing else."""
        chapters = re.split(r"^## ", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
        played = [self.play(examples) for examples in map(exchanges, chapters) if examples]
        self.assertGreater(sum(played), 15)

    def play(self, examples: list[tuple[str, list[str]]]) -> int:
        """Plays a chapter; where it does not begin with `hello`, that has been said before."""
        house = House(self)
        house.set_up()
        mei = house.wait(house.chat.accounts.register("mei", "梅 Mei", PASSWORD, None, None, DEVICE)).actor
        token = house.token(mei)
        connection = house.connect(hello=False)
        if '"hello"' not in examples[0][0]:
            connection.frame(json.dumps({"type": "hello", "token": token}).encode())
            connection.rest()
        for sent, due in examples:
            connection.frame(sent.replace("$token", token).encode())
            came = connection.rest()
            for line in due:
                wanted = json.loads(line)
                fitting = [event for event in came if matches(wanted, event)]
                self.assertTrue(fitting, f"after {sent}\ndue  {line}\ncame {json.dumps(came, ensure_ascii=False)}")
                came.remove(fitting[0])
            self.assertEqual(came, [], f"after {sent}")
        self.assertTrue(connection.is_open)
        return len(examples)

    def test_matching_is_strict(self) -> None:
        """A member too many, one too few, or a number written as text does not pass for the example."""
        for got in ({"a": 1, "b": 2}, {}, {"a": "1"}, {"a": True}):
            self.assertFalse(matches({"a": 1}, got), got)
        self.assertFalse(matches({"a": "$int"}, {"a": True}))
        self.assertTrue(matches({"a": ["$int", "$text"]}, {"a": [7, "x"]}))

    def test_every_request_is_shown(self) -> None:
        """Each kind of request has an example."""
        from webchat.model.commands import Command

        shown = {json.loads(sent)["type"] for sent, _ in exchanges(GUIDE.read_text(encoding="utf-8")) if sent[0] == "{"}
        self.assertEqual(shown, {kind.__struct_config__.tag for kind in Command.__subclasses__()})


class Codes(SynchronousTestCase):
    """The table of error codes."""

    def setUp(self) -> None:
        table = GUIDE.read_text(encoding="utf-8").split("## Error codes", 1)[1]
        rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
        self.codes = [code for row in rows for code in re.findall(r"`([a-z_]+)`", row)]

    def test_every_code_is_explained(self) -> None:
        """Every code that the socket can answer stands in the table."""
        self.assertEqual(set(CATALOGUE) - ONLY_HTTP - WITH_A_CLOSE - set(self.codes), set())

    def test_no_invented_code(self) -> None:
        """The table names no code that does not exist, and none twice."""
        self.assertEqual(set(self.codes) - set(CATALOGUE), set())
        self.assertEqual(len(self.codes), len(set(self.codes)))

    def test_exceptions_are_true(self) -> None:
        """What is said to be for HTTP only is in the catalogue, and not in this table."""
        self.assertEqual((ONLY_HTTP | WITH_A_CLOSE) - set(CATALOGUE), set())
        self.assertEqual(ONLY_HTTP & set(self.codes), set())
