"""The server's counters in Prometheus' text format; the only module that knows Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import attrs
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric

from webchat.chat import Chat
from webchat.ws.factory import ChatFactory


@attrs.define(eq=False)
class Metrics:
    """Reads the counts where they are kept, whenever it is asked."""

    _chat: Chat
    _sockets: ChatFactory
    _version: str
    _jobs: Callable[[], Iterable[tuple[str, str, int]]] = tuple
    """Of what leaves the house: (kind, what happened, how often)."""
    # One of its own: a shared registry would refuse the second server in a process.
    _registry: CollectorRegistry = attrs.field(factory=CollectorRegistry, init=False)

    def __attrs_post_init__(self) -> None:
        self._registry.register(self)

    def text(self) -> bytes:
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        database, hub, sockets = self._chat.database, self._chat.hub, self._sockets
        yield InfoMetricFamily("webchat", "The program.", {"version": self._version})
        yield GaugeMetricFamily(
            "webchat_connections", "Open WebSockets and sessions of Socket.IO.", len(sockets.connections)
        )
        yield GaugeMetricFamily("webchat_listeners", "Connections that are signed in.", hub.listeners)
        yield GaugeMetricFamily("webchat_people", "People who are here.", self._chat.attendance.people)
        yield GaugeMetricFamily("webchat_writes_waiting", "Changes that wait for the writer.", database.waiting)
        waiting = self._chat.indexing.waiting
        yield GaugeMetricFamily("webchat_search_rooms_waiting", "Rooms with news for the search.", waiting)
        yield GaugeMetricFamily("webchat_sessions_cached", "Sessions held in memory.", len(self._chat.cache))
        for name, words, count in (
            ("webchat_connections_accepted", "Handshakes accepted.", sockets.accepted),
            ("webchat_connections_refused", "Handshakes refused for limits.", sockets.refused),
            ("webchat_batches", "Transactions of the writer.", database.batches),
            ("webchat_changes", "Changes written.", database.changes),
            ("webchat_reads", "Questions to the database.", database.reads),
            ("webchat_unknown_outcomes", "Commits whose outcome is unknown.", database.unknown_outcomes),
            ("webchat_events", "Events told to rooms.", hub.events),
            ("webchat_deliveries", "Events times listeners.", hub.delivered),
            ("webchat_delivery_writes", "Writes that carried them.", hub.writes),
            ("webchat_presence_writes", "Batches of states handed to connections.", self._chat.attendance.writes),
            ("webchat_presence_states", "States in them.", self._chat.attendance.told),
            ("webchat_search_messages", "Messages taken into the search.", self._chat.indexing.taken_in),
            ("webchat_gaps", "Gaps filled from the database.", hub.gaps),
        ):
            yield CounterMetricFamily(name, words, count)
        closes = CounterMetricFamily("webchat_closes", "Connections closed by the server.", labels=["code"])
        for code, count in sockets.closes.items():
            closes.add_metric([str(code)], count)
        yield closes
        jobs = CounterMetricFamily("webchat_jobs", "Jobs that leave the house.", labels=["kind", "outcome"])
        for kind, outcome, count in self._jobs():
            jobs.add_metric([kind, outcome], count)
        yield jobs
