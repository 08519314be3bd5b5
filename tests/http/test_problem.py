"""Every refusal has a status and looks the same."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from webchat.http.problem import STATUS, encode_problem, headers_of, problem
from webchat.model.refusals import CATALOGUE, RateLimited, Refusal, Unauthenticated


class ProblemTests(SynchronousTestCase):
    """Refusals as problem details."""

    def test_every_code(self) -> None:
        """Each code of the catalogue has a status that is an error, and no other code has."""
        self.assertEqual(set(STATUS), {*CATALOGUE, "refused"})
        for code, kind in CATALOGUE.items():
            found = problem(kind(), "r1")
            self.assertEqual((found.code, found.status), (code, STATUS[code]))
            self.assertTrue(400 <= found.status < 600, code)
            self.assertTrue(found.title)
            self.assertTrue(found.detail)

    def test_shape(self) -> None:
        """The members of RFC 9457, and ours; what is unknown is absent."""
        self.assertEqual(
            json.loads(encode_problem(problem(Refusal("No.", field="name"), "r1"))),
            {
                "type": "about:blank",
                "title": "Bad Request",
                "status": 400,
                "detail": "No.",
                "code": "refused",
                "request_id": "r1",
                "field": "name",
            },
        )

    def test_retry_after(self) -> None:
        """Who should come back is always told when, and never too early."""
        for refusal, seconds in (
            (RateLimited(retry_after=0.2), b"1"),
            (RateLimited(retry_after=4.01), b"5"),
            (RateLimited(), b"1"),
        ):
            self.assertEqual(dict(headers_of(problem(refusal, "r1")))[b"Retry-After"], seconds)

    def test_unauthenticated(self) -> None:
        """401 names a way to authenticate (RFC 9110, 15.5.2)."""
        self.assertIn(b"WWW-Authenticate", dict(headers_of(problem(Unauthenticated(), "r1"))))
