"""The guide to webhooks is true: its way to verify a signature is carried out, its tables are compared."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any, get_args

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.hooks import HookEvent
from webchat.model.refusals import CATALOGUE
from webchat.model.signing import secret_of, signature

GUIDE = (Path(__file__).parent.parent / "docs" / "webhooks.md").read_text()


class Guide(SynchronousTestCase):
    def test_verification(self) -> None:
        """What the guide tells receivers to do takes what is signed here, and nothing else."""
        (code,) = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
        found: dict[str, Any] = {}
        exec(code, found)  # noqa: S102
        is_genuine, secret, body = found["is_genuine"], secret_of(b"k" * 32), b'{"type":"test"}'

        def headers(at: int, key: str = secret) -> dict[str, str]:
            signed = signature(key, "7-57-0", at, body)
            return {"webhook-id": "7-57-0", "webhook-timestamp": str(at), "webhook-signature": signed}

        now = int(time.time())
        self.assertTrue(is_genuine(secret, headers(now), body))
        self.assertFalse(is_genuine(secret, headers(now), body + b" "))
        self.assertFalse(is_genuine(secret, headers(now - 301), body))
        self.assertFalse(is_genuine(secret, headers(now, secret_of(b"x" * 32)), body))
        self.assertFalse(is_genuine(secret, {**headers(now), "webhook-id": "7-58-0"}, body))

    def test_tables(self) -> None:
        """Every event is described, and every code is one."""
        for event in get_args(HookEvent):
            self.assertIn(f"`{event}`", GUIDE)
        codes = {
            code
            for line in re.findall(r"^\| 4\d\d.*?\|(.*?)\|", GUIDE, re.MULTILINE)
            for code in re.findall(r"`(\w+)`", line)
        }
        self.assertEqual(codes - set(CATALOGUE), set())
        self.assertGreater(len(codes), 10)
