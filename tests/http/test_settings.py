"""The door's settings have safe defaults."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.http.settings import HttpSettings
from webchat.model.web import Origins


class SettingsTests(SynchronousTestCase):
    """Defaults."""

    def test_defaults(self) -> None:
        """No proxy is trusted, no token opens the metrics, bodies and headers are bounded."""
        settings = HttpSettings(origins=Origins.of(None))
        self.assertEqual((settings.trusted_proxies, settings.metrics_token), ((), None))
        self.assertEqual((settings.body_limit, settings.header_seconds), (65_536, 10))
