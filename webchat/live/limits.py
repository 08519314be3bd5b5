"""How fast somebody may go: token buckets for requests, growing delays for failed sign-ins."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

import attrs

from webchat.model.refusals import RateLimited

Clock = Callable[[], float]
"""Monotonic seconds."""

MAX_KEYS = 50_000


@attrs.frozen
class Rate:
    """*per_second* on the long run, *burst* at once."""

    per_second: float
    burst: float


@attrs.define(eq=False)
class Bucket:
    """The token bucket of one thing that lives, such as a connection."""

    _rate: Rate
    _level: float
    _at: float

    @classmethod
    def full(cls, rate: Rate, now: float) -> Bucket:
        return cls(rate, rate.burst, now)

    def take(self, now: float) -> None:
        """Takes one from the bucket.  Raises RateLimited, with the time until it can be had."""
        rate = self._rate
        level = self._level + (now - self._at) * rate.per_second
        if level > rate.burst:
            level = rate.burst
        self._at = now
        if level < 1.0:
            self._level = level
            raise RateLimited(retry_after=round((1.0 - level) / rate.per_second + 0.05, 2))
        self._level = level - 1.0


@attrs.define(eq=False)
class Buckets:
    """One token bucket for each key; a bucket that is full again is forgotten."""

    _rate: Rate
    _clock: Clock
    _levels: OrderedDict[Hashable, tuple[float, float]] = attrs.field(factory=OrderedDict, init=False)
    refused: int = attrs.field(default=0, init=False)

    def take(self, key: Hashable, amount: float = 1.0) -> None:
        """Takes *amount* from the bucket of *key*.  Raises RateLimited, with the time until it can be had."""
        now = self._clock()
        level, at = self._levels.pop(key, (self._rate.burst, now))
        level = min(self._rate.burst, level + (now - at) * self._rate.per_second)
        wait = (amount - level) / self._rate.per_second
        if wait > 0:
            self._levels[key] = (level, now)
            self.refused += 1
            raise RateLimited(retry_after=round(wait + 0.05, 2))
        self._levels[key] = (level - amount, now)
        # The oldest ones have had the longest time to fill up again.
        while len(self._levels) > MAX_KEYS:
            self._levels.popitem(last=False)

    def check(self, key: Hashable) -> None:
        """Raises RateLimited where *take* would, and takes nothing."""
        level, at = self._levels.get(key, (self._rate.burst, 0.0))
        wait = (1.0 - level) / self._rate.per_second - (self._clock() - at)
        if wait > 0:
            self.refused += 1
            raise RateLimited(retry_after=round(wait + 0.05, 2))


@attrs.define(eq=False)
class Throttle:
    """Delays that grow with each failure of a key, from the *free*-th on: 1, 2, 4 ... up to *longest* seconds.

    A key that has been quiet for an hour begins anew, so nobody is locked out for good.
    """

    _clock: Clock
    free: int = 5
    longest: float = 300.0
    _failures: OrderedDict[Hashable, tuple[int, float]] = attrs.field(factory=OrderedDict, init=False)

    QUIET = 3600.0

    def check(self, key: Hashable) -> None:
        """Raises RateLimited while *key* has to wait."""
        count, at = self._failures.get(key, (0, 0.0))
        if count < self.free:
            return
        wait = at + min(self.longest, 2.0 ** (count - self.free)) - self._clock()
        if wait > 0:
            raise RateLimited("Too many tries.", retry_after=round(wait + 0.05, 2))

    def failed(self, key: Hashable) -> None:
        """Notes a failure; called before the outcome is known, so that many at once are counted too."""
        now = self._clock()
        count, at = self._failures.pop(key, (0, now))
        self._failures[key] = (1 if now - at > self.QUIET else count + 1, now)
        while len(self._failures) > MAX_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, key: Hashable) -> None:
        """Forgets the failures of *key*."""
        self._failures.pop(key, None)
