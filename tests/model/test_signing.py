"""Signatures of what is told to other servers."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.signing import secret_of, signature, signed_headers


class Signing(SynchronousTestCase):
    def test_known(self) -> None:
        """The example of the specification's own libraries comes out as it does there."""
        found = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
        )
        self.assertEqual(found, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

    def test_headers(self) -> None:
        """What is signed is the id, the time and the body: another of them is another signature."""
        secret = secret_of(b"k" * 24)
        self.assertTrue(secret.startswith("whsec_"))
        self.assertEqual(secret_of(b"\0" * 3), "whsec_AAAA")
        headers = signed_headers(secret, "a", 5, b"x")
        self.assertEqual((headers["webhook-id"], headers["webhook-timestamp"]), ("a", "5"))
        others = [signature(secret, "b", 5, b"x"), signature(secret, "a", 6, b"x"), signature(secret, "a", 5, b"y")]
        self.assertNotIn(headers["webhook-signature"], others)
