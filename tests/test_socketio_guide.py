"""The page for clients of Socket.IO is true: its numbers and its table of mistakes are compared."""

from __future__ import annotations

import json
import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.clients import test_matrix
from tests.clients.stock import TRANSPORTS
from webchat.ws import conversation, engineio, outgoing, patience, strict

GUIDE = (Path(__file__).parent.parent / "docs" / "socketio.md").read_text(encoding="utf-8")


class Guide(SynchronousTestCase):
    def test_mistakes(self) -> None:
        """The table holds every way in which a request is not served, and nothing else."""
        rows = re.findall(r"^\| ([0-9]{3}) \| `(\{.*?\})` \|", GUIDE, re.MULTILINE)
        told = {(int(status), *json.loads(body).values()) for status, body in rows}
        faults = [fault for fault in vars(engineio).values() if isinstance(fault, engineio.Fault)]
        self.assertEqual(told, {(fault.status, fault.code, fault.message) for fault in faults})

    def test_clients(self) -> None:
        """The table of clients that are tested names each of them over each transport, and what is played with it."""
        rows = re.findall(r"^\| (socket\.io-client [0-9.]+|python-socketio) \| ([a-z]+) \|(.*)$", GUIDE, re.MULTILINE)
        wanted = {
            (test_matrix.named(version), transport) for version in test_matrix.VERSIONS for transport in TRANSPORTS
        }
        self.assertEqual({(client, transport) for client, transport, _ in rows}, wanted)
        self.assertIn(f"| client | transport | {' | '.join(test_matrix.OWN)} |", GUIDE)
        for client, _, marks in rows:
            last = test_matrix.OLD.get(client.rpartition(" ")[2], "")
            self.assertEqual([one.strip() for one in marks.split("|")[:-1]], ["yes"] * len(test_matrix.OWN) + [last])

    def test_numbers(self) -> None:
        """The limits that it names are those that are kept."""
        for sentence in (
            f"| {engineio.STRANGERS_PAYLOAD // 1024} KiB; {engineio.MAX_PAYLOAD:,} bytes for who is signed in |",
            f"| packets in one POST | {engineio.MAX_PACKETS} |",
            f"| packets in one answer to a GET | {engineio.MAX_ANSWERED};",
            f"| {outgoing.HARD_LIMIT // 1024**2} MiB, then she is disconnected |",
            f"heed {patience.MAX_REFUSED_IN_A_ROW} refusals in a row",
            f"| {engineio.UPGRADE_SECONDS:.0f} seconds |",
            f"ends after {conversation.JOIN_SECONDS:.0f} seconds",
            f"`pingInterval` is {engineio.PING_INTERVAL:.0f} seconds, `pingTimeout` {engineio.PING_TIMEOUT:.0f}.",
            f"after {engineio.PING_INTERVAL + engineio.PING_TIMEOUT:.0f} seconds without any",
            f"a depth of {strict.MAX_DEPTH} and {strict.MAX_ITEMS:,} members",
        ):
            self.assertIn(sentence, GUIDE)
