"""Time zones by the names of places."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from twisted.trial.unittest import SynchronousTestCase

from webchat.robot.places import ZONES, place


class Places(SynchronousTestCase):
    def test_names(self) -> None:
        """Cities and countries in both languages, zones by name, distances from UTC."""
        now = datetime(2026, 11, 26, 12, tzinfo=UTC)
        for name, hours in (
            ("Tokyo", 9),
            ("东京", 9),
            ("new york", -5),
            ("纽约", -5),
            ("the UK", 0),
            ("India", 5.5),
            ("Asia/Kathmandu", 5.75),
            ("america/argentina/buenos_aires", -3),
            ("UTC", 0),
            ("gmt", 0),
            ("UTC+8", 8),
            ("utc -3:30", -3.5),
            ("GMT+5:45", 5.75),
        ):
            zone = place(name)
            assert zone is not None, name
            self.assertEqual(zone.utcoffset(now), timedelta(hours=hours), name)

    def test_unknown(self) -> None:
        """What is no place has no zone."""
        for name in ("", "Nowhere", "dinner", "UTC+15", "UTC+", "Europe/Atlantis", "europe/../../etc", "第一", "工作"):
            self.assertIsNone(place(name), name)

    def test_all(self) -> None:
        """Every name stands for a zone of the database."""
        for name in ZONES:
            self.assertIsNotNone(place(name), name)
