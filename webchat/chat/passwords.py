"""Passwords: which ones are good enough, and Argon2id in a small pool of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import attrs
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from webchat.model.refusals import Busy, WeakPassword
from webchat.store.database import Threads

T = TypeVar("T")

PASSWORD_MIN, PASSWORD_MAX = 8, 128

_COMMON = frozenset(FREQUENCY_LISTS["passwords"][:30_000])


def acceptable(password: str, *names: str) -> str:
    """*password*, if it has 8 to 128 characters, is none of the commonest, and no name of its owner.

    Raises WeakPassword.
    """
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise WeakPassword(field="password")
    plain = password.casefold()
    if plain in _COMMON or plain in {name.casefold() for name in names} or len(set(plain)) < 3:
        raise WeakPassword("This password is too easy to guess.", field="password")
    return password


@attrs.define(eq=False)
class Passwords:
    """Hashes and checks passwords off the reactor; refuses (Busy) when too many wait."""

    _hasher: PasswordHasher
    _reactor: IReactorFromThreads
    _threads: Threads
    _max_waiting: int = 32
    _waiting: int = attrs.field(default=0, init=False)
    _dummy: str = attrs.field(default="", init=False)

    def start(self) -> None:
        self._threads.start()
        # What is checked for names that do not exist, so that they take as long as those that do.
        self._dummy = self._hasher.hash("nobody has this password")

    def stop(self) -> None:
        self._threads.stop()

    async def hash(self, password: str) -> str:
        """The hash to keep, with salt and parameters in it."""
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def check(self, kept: str | None, password: str) -> tuple[bool, str | None]:
        """Whether *password* is the one that was hashed, and a new hash if the kept one's parameters are outdated.

        None for *kept* takes as long, and answers False.
        """

        def verify() -> tuple[bool, str | None]:
            try:
                self._hasher.verify(kept or self._dummy, password)
            except (VerificationError, InvalidHashError):
                return False, None
            if kept is None:
                return False, None
            return True, self._hasher.hash(password) if self._hasher.check_needs_rehash(kept) else None

        return await self._in_thread(verify)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._max_waiting:
            raise Busy(retry_after=2.0)
        self._waiting += 1
        try:
            answer: T = await deferToThreadPool(self._reactor, self._threads, work)  # type: ignore[arg-type]
            return answer
        finally:
            self._waiting -= 1
