"""How news of a commit reach every node: one node is the many-node path with the trivial carrier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import attrs

from webchat.model.events import Row, Typing

Deliver = Callable[[Sequence[Row]], None]
Pass = Callable[[Typing], None]


class Bus(Protocol):
    """Carries what has been committed.  A hint may be lost, doubled or late: the database is the authority."""

    def publish(self, rows: Sequence[Row]) -> None:
        """Tells every node, this one included, that these *rows* are committed, in rising rev for each room."""

    def publish_passing(self, event: Typing) -> None:
        """Tells every node something that may get lost."""


@attrs.define(eq=False)
class MemoryBus:
    """The bus of a single node: a function call."""

    _deliver: Deliver
    _pass_on: Pass

    def publish(self, rows: Sequence[Row]) -> None:
        self._deliver(rows)

    def publish_passing(self, event: Typing) -> None:
        self._pass_on(event)
