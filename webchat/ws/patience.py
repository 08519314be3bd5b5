"""How long the server bears with somebody who does not read what she is told, or comes too fast: one rule for all."""

from __future__ import annotations

from typing import Protocol

from webchat.ws.outgoing import HARD_LIMIT, SOFT_LIMIT

MAX_REFUSED_IN_A_ROW = 100
"""Refusals for going too fast, one after the other, before the connection is closed."""


class Peer(Protocol):
    """Whoever is borne with."""

    def close(self, code: int, reason: str) -> None: ...

    def stop_reading(self) -> None: ...


def mind_the_queue(peer: Peer, waiting: int) -> None:
    """Ends the connection, or reads no more from it, if so many bytes wait for it to be read."""
    if waiting > HARD_LIMIT:
        peer.close(4008, "too slow")
    elif waiting > SOFT_LIMIT:
        peer.stop_reading()


def mind_the_haste(peer: Peer, refused_in_a_row: int) -> None:
    """Ends the connection if so many requests one after the other came too fast."""
    if refused_in_a_row > MAX_REFUSED_IN_A_ROW:
        peer.close(4029, "too fast")
