"""How long to wait before coming back: full jitter, so that many who lost their line at once do not return at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from webchat.model.refusals import Refusal

T = TypeVar("T")

WINDOWS = (0.5, 1.0, 2.0, 4.0, 8.0)
LAST_WINDOW = 30.0
FIRST_MINUTE = 60.0
STEADY = 5.0
"""A line that held so many seconds was a good one: what comes after it is counted anew."""


async def answered(ask: Callable[[], Awaitable[T]], pause: Callable[[float], Awaitable[None]]) -> T:
    """What *ask* is answered, however often that takes.  *pause* waits for so many seconds.

    Raises the refusals that do not pass.
    """
    while True:
        try:
            return await ask()
        except OSError:
            await pause(1.0)
        except Refusal as refusal:
            if refusal.retry_after is None:
                raise
            await pause(refusal.retry_after)


class Patience:
    """One for a client.  *uniform* draws a number between two.  Times in seconds."""

    def __init__(self, uniform: Callable[[float, float], float]) -> None:
        self._uniform = uniform
        self._tries = 0
        self._since = 0.0

    def pause(self, now: float, lasted: float, at_least: float) -> float:
        """How long to wait at *now*, after a line that *lasted* so long; *at_least*: as the server wishes."""
        if lasted >= STEADY:
            self._tries = 0
        if not self._tries:
            self._since = now
        is_early = self._tries < len(WINDOWS) or now - self._since < FIRST_MINUTE
        window = WINDOWS[min(self._tries, len(WINDOWS) - 1)] if is_early else LAST_WINDOW
        self._tries += 1
        # What many were told to wait, they would otherwise wait for in step.
        return at_least + self._uniform(0, window)
