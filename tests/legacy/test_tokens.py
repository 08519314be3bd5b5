"""Where the older clients put their token."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.legacy.tokens import device_cookie, express_token, laravel_token, read_token


class Tokens(SynchronousTestCase):
    def test_none(self) -> None:
        """What these clients send when they have none is none; what is no text, too."""
        for value in ("", " ", "false", "null", "undefined", None, 5, {"$gt": ""}, ["x"], "x" * 201):
            self.assertIsNone(read_token(value))
        self.assertEqual(read_token(" abc "), "abc")

    def test_laravel(self) -> None:
        """Query, body, bearer, Basic: in this order, whatever means none passed over."""
        basic = "Basic eDpmcm9tLWJhc2lj"
        self.assertEqual(laravel_token({"api_token": "q"}, {"api_token": "b"}, ["Bearer t"]), "q")
        self.assertEqual(laravel_token({"api_token": "false"}, {"api_token": "b"}, ["Bearer t"]), "b")
        self.assertEqual(laravel_token({}, {"api_token": None}, ["Bearer t"]), "t")
        self.assertEqual(laravel_token({}, {}, [basic]), "from-basic")
        for headers in ([], ["Bearer false"], ["Basic !!"], ["Basic /w=="], ["Bearer a", "Bearer b"], ["Digest x"]):
            self.assertIsNone(laravel_token({}, {}, headers))

    def test_express(self) -> None:
        """Bearer, then the query."""
        self.assertEqual(express_token({"token": "q"}, ["bearer t"]), "t")
        self.assertEqual(express_token({"token": "q"}, ["Bearer false"]), "q")
        self.assertIsNone(express_token({"api_token": "q"}, []))

    def test_cookie(self) -> None:
        """The device cookie has its length, and its name says whether it needs https."""
        value = "v" * 43
        self.assertEqual(device_cookie([f"webchat-device={value}; webchat=x"], False), value)
        self.assertEqual(device_cookie([f"__Host-webchat-device={value}"], True), value)
        self.assertIsNone(device_cookie([f"webchat-device={value}"], True))
        self.assertIsNone(device_cookie(["webchat-device=short"], False))
