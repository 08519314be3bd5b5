"""What a program is told and has not taken yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from twisted.internet.defer import Deferred

from webchat.client.line import End, Ended
from webchat.client.positions import Gone, Told
from webchat.model.answers import Welcome
from webchat.model.events import Joined

STOPPED = 1000
MAX_EVENTS = 10_000


class Feed:
    """One for a client, over all its lines; an asynchronous iterator.

    *resets* says to begin anew in every room: to whoever takes events more slowly than they come.
    """

    def __init__(self, resets: Callable[[], list[Told]]) -> None:
        self.end: End | None = None
        self._resets = resets
        self._told: deque[Told] = deque()
        self._waiting: list[Deferred[None]] = []

    def put(self, told: list[Told]) -> None:
        """Tells these, after what was told before."""
        self._told += told
        if len(self._told) > MAX_EVENTS:
            self._told = deque(one for one in self._told if isinstance(one, Welcome | Joined | Gone))
            self._told += self._resets()
        self._wake()

    def finish(self, end: End) -> None:
        """Nothing follows."""
        self.end = end
        self._wake()

    def __aiter__(self) -> Feed:
        return self

    async def __anext__(self) -> Told:
        while not self._told:
            if self.end is not None and self.end.code == STOPPED:
                raise StopAsyncIteration
            await self.news()
        return self._told.popleft()

    async def news(self) -> None:
        """Waits until something is told, or nothing will be any more.  Raises Ended, where that is so already."""
        if self.end is not None:
            raise Ended(self.end)
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        await waiting

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(None)
