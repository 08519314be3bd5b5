"""The counters that an operator reads."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.metrics import Metrics


class Counters(SynchronousTestCase):
    def test_read(self) -> None:
        """The counters are in Prometheus' format, and tell what has happened."""
        house = House(self)
        metrics = Metrics(house.chat, house.sockets, "1.2")
        anna = house.connect(house.set_up())
        gone = house.connect()
        gone.frame(b"", opcode=2)
        gone.lose()
        anna.ask("post", room=1, text="hi")
        found = {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(metrics.text().decode())
            for sample in family.samples
        }
        self.assertEqual(found["webchat_info", "1.2"], 1)
        self.assertEqual((found["webchat_connections",], found["webchat_listeners",]), (1, 1))
        self.assertEqual(found["webchat_connections_accepted_total",], 2)
        self.assertEqual(found["webchat_closes_total", "1003"], 1)
        self.assertGreaterEqual(found["webchat_changes_total",], 2)
        self.assertEqual(found["webchat_gaps_total",], 0)

    def test_two_servers(self) -> None:
        """Two servers in one process each have counters of their own."""
        texts = []
        for name in ("one", "two"):
            house = House(self)
            texts.append(Metrics(house.chat, house.sockets, name).text())
        self.assertIn(b'version="one"', texts[0])
        self.assertNotIn(b'version="one"', texts[1])
