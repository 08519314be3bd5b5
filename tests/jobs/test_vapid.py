"""Who the server is to push services."""

from __future__ import annotations

import tempfile
from base64 import urlsafe_b64decode
from pathlib import Path

import msgspec
from py_vapid import Vapid02
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import Wall
from webchat.cli.installation import PUSH_KEY_FILE
from webchat.jobs.vapid import FILE, Vapid, load_or_make
from webchat.startup import write_secret

ENDPOINT = "https://fcm.googleapis.com/fcm/send/x"


class Keys(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir="."))
        self.now = Wall()

    def test_kept(self) -> None:
        """The key is made once, and only this user reads it."""
        first = Vapid(load_or_make(self.folder, write_secret), "https://example.org", self.now)
        again = Vapid(load_or_make(self.folder, write_secret), "https://example.org", self.now)
        self.assertEqual(first.public, again.public)
        self.assertRegex(first.public, r"\AB[A-Za-z0-9_-]{86}\Z")
        self.assertEqual((self.folder / FILE).stat().st_mode & 0o777, 0o600)

    def test_signed(self) -> None:
        """Who the server is, for one service, for some hours; signed again before they end."""
        vapid = Vapid(load_or_make(self.folder, write_secret), "mailto:me@example.org", self.now)
        header = vapid.authorization(ENDPOINT)
        kind, _, rest = header.partition(" ")
        token, _, key = rest.partition(",")
        self.assertEqual((kind, key), ("vapid", f"k={vapid.public}"))
        claims = msgspec.json.decode(urlsafe_b64decode(token.split(".")[1] + "=="))
        self.assertEqual((claims["sub"], claims["aud"]), ("mailto:me@example.org", "https://fcm.googleapis.com"))
        self.assertTrue(0 < claims["exp"] - self.now.ms / 1000 <= 24 * 3600)
        self.assertTrue(Vapid02.verify(header))
        self.assertEqual(vapid.authorization(ENDPOINT + "y"), header)
        self.now.ms += 7 * 3_600_000
        self.assertNotEqual(vapid.authorization(ENDPOINT), header)

    def test_name(self) -> None:
        """The command that makes a new one knows its file."""
        self.assertEqual(PUSH_KEY_FILE, FILE)
