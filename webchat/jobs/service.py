"""All that leaves the house, begun and ended with the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from webchat.jobs.worker import Worker


@attrs.define(eq=False)
class Jobs:
    """The workers; `step` is called every second."""

    workers: Sequence[Worker] = ()

    async def step(self) -> None:
        """Has each worker look for what is due."""
        for worker in self.workers:
            await worker.step()

    async def stop(self) -> None:
        """Begins nothing more, and breaks off what is under way: it is done after the next start."""
        for worker in self.workers:
            await worker.stop()

    def counts(self) -> Iterator[tuple[str, str, int]]:
        """(kind, what happened, how often)."""
        for worker in self.workers:
            yield worker.kind, "delivered", worker.delivered
            yield worker.kind, "put_off", worker.put_off
            yield worker.kind, "given_up", worker.given_up
