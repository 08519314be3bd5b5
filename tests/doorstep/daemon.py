"""Runs the product's own daemon in this process, after a test program has changed something in it."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor

from webchat import tap


def run(options: tap.Options) -> None:
    """Serves until a signal ends it."""
    service = tap.makeService(options)
    anything: Any = reactor
    anything.callWhenRunning(service.startService)
    anything.addSystemEventTrigger("before", "shutdown", service.stopService)
    anything.run()
