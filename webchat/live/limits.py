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
    """A token bucket."""

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
            refusal = RateLimited(retry_after=self.wait(now))
            refusal.per_minute = 60 * rate.per_second
            raise refusal
        self._level = level - 1.0

    def is_full(self, now: float) -> bool:
        """Whether it is as if nothing had ever been taken."""
        return self._level + (now - self._at) * self._rate.per_second >= self._rate.burst

    def wait(self, now: float) -> float:
        """Seconds until one can be had; 0 if that is now."""
        missing = 1.0 - self._level - (now - self._at) * self._rate.per_second
        return round(missing / self._rate.per_second + 0.05, 2) if missing > 0 else 0.0


@attrs.define(eq=False)
class Buckets:
    """One token bucket for each key; buckets that are full again are forgotten when there are too many."""

    _rate: Rate
    _clock: Clock
    _buckets: dict[Hashable, Bucket] = attrs.field(factory=dict, init=False)
    refused: int = attrs.field(default=0, init=False)

    def take(self, key: Hashable) -> None:
        """Takes one from the bucket of *key*.  Raises RateLimited, with the time until it can be had."""
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._add(key, now)
        try:
            bucket.take(now)
        except RateLimited:
            self.refused += 1
            raise

    def check(self, key: Hashable) -> None:
        """Raises RateLimited where *take* would, and takes nothing."""
        bucket = self._buckets.get(key)
        wait = bucket.wait(self._clock()) if bucket is not None else 0.0
        if wait > 0:
            self.refused += 1
            raise RateLimited(retry_after=wait)

    def _add(self, key: Hashable, now: float) -> Bucket:
        if len(self._buckets) >= MAX_KEYS:
            # Those that are full again need not be remembered; else the oldest half has had the longest time for it.
            wanted = [(one, bucket) for one, bucket in self._buckets.items() if not bucket.is_full(now)]
            self._buckets = dict(wanted[-(MAX_KEYS // 2) :])
        bucket = self._buckets[key] = Bucket.full(self._rate, now)
        return bucket


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
