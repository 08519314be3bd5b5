"""Secrets, and what is kept of them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.codes import digest_of, new_secret


class Codes(SynchronousTestCase):
    def test_secret(self) -> None:
        """All of the chance is in it, in signs that an address can hold."""
        asked: list[int] = []

        def chance(length: int) -> bytes:
            asked.append(length)
            return b"\xff" * length

        self.assertEqual(new_secret(chance, "wcb_"), "wcb_" + "_" * 42 + "8")
        self.assertEqual(new_secret(chance, length=15), "_" * 20)
        self.assertEqual(asked, [32, 15])

    def test_digest(self) -> None:
        """SHA-256 (FIPS 180-4), of whatever a stranger sends."""
        self.assertEqual(digest_of("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        self.assertNotEqual(digest_of("\ud800"), digest_of("\ud801"))
