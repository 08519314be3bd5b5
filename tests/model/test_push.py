"""Who is told, when not, and where to."""

from __future__ import annotations

from datetime import UTC, datetime

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.ids import Millis
from webchat.model.push import ENDPOINT_LIMIT, PUSH_SERVICES, Quiet, check_endpoint, check_keys, is_wanted, unpadded
from webchat.model.refusals import BadRequest

POINT = "B" + "A" * 86


def at(hour: int, minute: int = 0) -> Millis:
    return Millis(int(datetime(2026, 3, 2, hour, minute, tzinfo=UTC).timestamp() * 1000))


class PushTests(SynchronousTestCase):
    def test_levels(self) -> None:
        """All, what is meant for her and what is said in conversations, or nothing."""
        zero, now = None, Millis(10)
        self.assertTrue(is_wanted("all", zero, "public", False, now))
        self.assertFalse(is_wanted("mentions", zero, "private", False, now))
        self.assertTrue(is_wanted("mentions", zero, "private", True, now))
        self.assertTrue(is_wanted("mentions", zero, "direct", False, now))
        self.assertFalse(is_wanted("nothing", zero, "direct", True, now))
        self.assertFalse(is_wanted("all", Millis(11), "direct", True, now))
        self.assertTrue(is_wanted("all", Millis(10), "public", False, now))

    def test_quiet(self) -> None:
        """Hours hold by the clock of their zone, over midnight and over summer time."""
        night = Quiet.of({"from": "22:00", "to": "07:00", "zone": "Asia/Shanghai"})
        assert night is not None
        found = [night.holds(at(hour, minute)) for hour, minute in ((13, 59), (14, 0), (22, 59), (23, 0))]
        self.assertEqual(found, [False, True, True, False])
        noon = Quiet("12:00", "13:00", "Europe/Berlin")
        self.assertEqual([noon.holds(at(hour)) for hour in (10, 11, 12)], [False, True, False])
        # In July it is one hour earlier by the clock of the world.
        summer = Millis(int(datetime(2026, 7, 2, 10, 30, tzinfo=UTC).timestamp() * 1000))
        self.assertTrue(noon.holds(summer))
        self.assertFalse(Quiet("08:00", "08:00", "UTC").holds(at(8)))
        for zone in ("Moon/Crater", "../../etc/passwd", "", "\0", "x" * 3000):
            self.assertFalse(Quiet("00:00", "23:59", zone).holds(at(8)), zone)

    def test_no_quiet(self) -> None:
        """What a program may have kept under the name, and is no such thing, is none."""
        night = {"from": "22:00", "to": "07:00", "zone": "UTC"}
        for odd in (None, 5, "late", [], {}, {**night, "from": "24:00"}, {**night, "to": 7}, {**night, "zone": None}):
            self.assertIsNone(Quiet.of(odd), odd)

    def test_endpoints(self) -> None:
        """Only https, at the services that are known, without anything that would lead elsewhere."""
        for good in (
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://updates.push.services.mozilla.com/wpush/v2/x",
            "https://web.push.apple.com:443/x",
            "https://wns2-par02p.notify.windows.com/w/?token=x%2f",
        ):
            self.assertEqual(check_endpoint(good, PUSH_SERVICES), good)
        for bad in (
            "http://fcm.googleapis.com/x",
            "https://fcm.googleapis.com:8443/x",
            "https://fcm.googleapis.com.evil.example/x",
            "https://evilpush.services.mozilla.com.example/x",
            "https://push.services.mozilla.com/x",
            "https://fcm.googleapis.com@127.0.0.1/x",
            "https://user@fcm.googleapis.com/x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://[::1",
            "https://fcm.googleapis.com:99999999/x",
            "https://fcm.googleapis.com/x#y",
            "https://fcm.googleapis.com/ x",
            "https://fcm.googleapis.com/\r\nX: y",
            "https://fcm.googleapis.com/雨",
            "https://fcm.googleapis.com/" + "x" * ENDPOINT_LIMIT,
            "file:///etc/passwd",
            "",
        ):
            with self.assertRaises(BadRequest, msg=bad) as caught:
                check_endpoint(bad, PUSH_SERVICES)
            self.assertEqual(caught.exception.field, "endpoint")

    def test_keys(self) -> None:
        """A point of P-256 and sixteen bytes, in base64url."""
        check_keys(POINT, "A" * 22)
        check_keys(POINT + "=", "A" * 22 + "==")
        for p256dh, auth, field in (
            ("", "A" * 22, "p256dh"),
            ("A" + POINT[1:], "A" * 22, "p256dh"),
            (POINT[:-2], "A" * 22, "p256dh"),
            ("+" + POINT[1:], "A" * 22, "p256dh"),
            (POINT, "A" * 21, "auth"),
            (POINT, "A" * 2000, "auth"),
            (POINT, "雨" * 22, "auth"),
        ):
            with self.assertRaises(BadRequest) as caught:
                check_keys(p256dh, auth)
            self.assertEqual(caught.exception.field, field)
        self.assertEqual(unpadded("_-8"), b"\xff\xef")
