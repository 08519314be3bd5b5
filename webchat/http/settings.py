"""What the HTTP door must know about the server's place in the world."""

from __future__ import annotations

from pathlib import Path

import attrs

from webchat.model.web import Network, Origins


@attrs.frozen(kw_only=True)
class HttpSettings:
    """The door's settings.  Sizes in bytes, times in seconds, *minimum_rate* in bytes a second.

    *is_https*: people reach the server by https (through a proxy, as a rule), so that the cookie is `Secure` and
    browsers are told to stay with https.
    """

    origins: Origins
    is_https: bool = False
    trusted_proxies: tuple[Network, ...] = ()
    metrics_token: str | None = attrs.field(default=None, repr=False)
    cookie_days: int = 90
    connections_per_address: int = 200
    body_limit: int = 65_536
    largest_file: int = 25 * 1024 * 1024
    spool_folder: Path | None = None
    """Where a body waits until it is whole, if it is large; None: where the system keeps such files."""
    minimum_rate: int = 1_000
    header_seconds: float = 10
    idle_seconds: float = 75
    closing_seconds: float = 60
