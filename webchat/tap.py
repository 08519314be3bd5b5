"""The server as `twist` and `twistd` start it: options, and a process set up for its work."""

from __future__ import annotations

import os
import time
from typing import Any

from twisted.application.service import Service

from webchat import startup
from webchat.config import Config, Options
from webchat.server import Server

__all__ = ["Options", "makeService"]


def makeService(options: Options) -> Service:
    """The server as a Twisted service; a start that fails ends the program with one sentence."""
    with startup.in_one_sentence():
        from twisted.internet import reactor

        config = options.config(os.environ)
        startup.data_folder(config.data)
        startup.database(config.database)
        startup.endpoint(config)
        found = startup.endpoints(reactor, config.listen)
        return Daemon(config, reactor, found)


class Daemon(Server):
    """The server as a process of its own, which it sets up for its work, and ends when it cannot start."""

    def __init__(self, config: Config, reactor: Any, endpoints: list[startup.Endpoint]) -> None:
        # Twisted's clock is the wall clock: a step of it would freeze every timer, or fire them all at once.
        reactor.seconds = time.monotonic
        super().__init__(config, reactor, endpoints)

    async def _come_up(self) -> None:
        await super()._come_up()
        if self._serving:
            startup.settle_interpreter()
            startup.tell_systemd(os.environ.get("NOTIFY_SOCKET"), "READY=1")

    async def _go_down(self) -> None:
        startup.tell_systemd(os.environ.get("NOTIFY_SOCKET"), "STOPPING=1")
        await super()._go_down()

    def _could_not_come_up(self, failure: Any) -> None:
        startup.give_up(self._config.database, failure)
        self._reactor.stop()
