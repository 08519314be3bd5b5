"""Names and parts of what goes out."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.http.content import disposition, is_known, part_of
from webchat.model.refusals import BadRange


class Heads(SynchronousTestCase):
    """As the RFCs have it."""

    def test_parts(self) -> None:
        """Of one range its part; all of several, and of nonsense; a refusal for what lies outside (RFC 9110, 14)."""
        for asked, part in (
            ("bytes=0-0", (0, 1)),
            ("bytes=2-", (2, 10)),
            ("bytes=-3", (7, 10)),
            ("bytes=-99", (0, 10)),
            ("bytes=5-99", (5, 10)),
            ("bytes=0-1,3-4", None),
            ("bytes=5-2", None),
            ("bytes=-", None),
            ("bytes=a-b", None),
            ("lines=1-2", None),
            ("bytes=" + "9" * 40 + "-", None),
        ):
            self.assertEqual(part_of(asked, 10), part, asked)
        for asked in ("bytes=10-", "bytes=99-100", "bytes=-0"):
            self.assertRaises(BadRange, part_of, asked, 10)

    def test_names(self) -> None:
        """A name is told twice, and no sign of it can end the header or begin another (RFC 6266)."""
        self.assertEqual(
            disposition('猫 "x";\r\n%41.png', True),
            "inline; filename=\"_ _x_;___41.png\"; filename*=UTF-8''%E7%8C%AB%20%22x%22%3B%0D%0A%2541.png",
        )
        self.assertTrue(disposition("a.pdf", False).startswith("attachment; "))

    def test_known(self) -> None:
        """What she has she is not sent again."""
        for condition, known in (('"a"', True), ('"b", W/"a"', True), ("*", True), ('"b"', False), ("", False)):
            self.assertEqual(is_known(condition, '"a"'), known, condition)
