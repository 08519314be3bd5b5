"""Why somebody reports something."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.refusals import BadText, TextTooLong
from webchat.model.reports import report_reason


class Reasons(SynchronousTestCase):
    def test_reason(self) -> None:
        """One line of up to five hundred characters; a moderator need not give one."""
        self.assertEqual(report_reason(" sells\nfollowers "), "sells followers")
        self.assertEqual(report_reason("", may_be_empty=True), "")
        self.assertRaises(BadText, report_reason, " ")
        self.assertRaises(TextTooLong, report_reason, "x" * 501)
