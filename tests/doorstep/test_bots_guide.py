"""The guide for those who write bots is true: its program runs, and its scopes are those that are asked for."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.doorstep.api import Api
from tests.doorstep.house import House, free_port, populate
from webchat.model.bots import SCOPES
from webchat.model.commands import Frame

GUIDE = (Path(__file__).parents[2] / "docs" / "bots.md").read_text(encoding="utf-8")


class GuideTests(SynchronousTestCase):
    def test_program(self) -> None:
        """What the guide shows answers in the room it was brought into."""
        folder = Path(self.mktemp()).absolute()
        folder.mkdir()
        chance = random.Random()  # noqa: S311
        house = House(folder, None, free_port(chance))
        self.addCleanup(house.close)
        asyncio.run(house.start())
        owner = populate(house, chance, people=1, rooms=1, each=0).owner
        hers = Api(house.http, owner.token)
        bot = hers.post("bots", name="echo", display_name="Echo")["user"]["id"]
        token = hers.post(f"bots/{bot}/tokens", label="guide", scopes=["read", "write"])["token"]
        hers.post(f"rooms/{owner.rooms[0]}/members", users=[bot])
        program = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)[0]
        with connect(house.url, subprotocols=[Subprotocol("webchat.v1")]) as socket:
            socket.send(json.dumps({"type": "hello", "token": owner.token}))
            running = subprocess.Popen(
                [sys.executable, "-c", program], env={**os.environ, "WEBCHAT": house.url, "TOKEN": token}
            )
            self.addCleanup(running.wait)
            self.addCleanup(running.kill)
            # It hears what is said after it has come; that may be after the first times.
            for number in range(40):
                nonce = f"ask-{number}"
                post = {"type": "post", "id": 1, "room": owner.rooms[0], "text": f"@echo {nonce}", "nonce": nonce}
                socket.send(json.dumps(post))
                try:
                    while True:
                        frame = json.loads(socket.recv(timeout=0.5))
                        if frame["type"] == "message" and frame["author"] == bot:
                            self.assertRegex(frame["text"], r"^ask-\d+$")
                            return
                except TimeoutError:
                    self.assertIsNone(running.poll(), "the program has ended")
        self.fail("the bot has not answered")

    def test_scopes(self) -> None:
        """Each command stands in the row of the scope that it needs, and in no other."""
        rows = dict(re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", GUIDE, re.MULTILINE))
        self.assertEqual(set(rows), set(SCOPES))
        named = {(scope, command) for scope, cell in rows.items() for command in re.findall(r"`(\w+)`", cell)}
        asked = {(command.scope, str(command.__struct_config__.tag)) for command in Frame.__args__}
        self.assertEqual(named, asked)
