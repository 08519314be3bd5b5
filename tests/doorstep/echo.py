"""The production server with one method replaced: its WebSocket door says back what it hears.

    python -m tests.doorstep.echo PORT DATA [careless]

For the conformance suite, which knows nothing of `hello`.  Listener, Site, factory and protocol options are those of
the product.  *careless* switches off one of them, the check for UTF-8: the suite must notice.
"""

from __future__ import annotations

import sys
from typing import Any

from tests.doorstep.daemon import run
from webchat import tap
from webchat.ws.factory import ChatFactory
from webchat.ws.protocol import SUBPROTOCOL, ChatProtocol


class Echo(ChatProtocol):
    """A connection that needs no subprotocol and no hello."""

    def onConnect(self, request: Any) -> None:
        request.protocols = [SUBPROTOCOL]
        super().onConnect(request)

    def onOpen(self) -> None:
        super().onOpen()
        assert self._conversation is not None
        self._conversation._said_hello()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        self.sendMessage(payload, isBinary)  # type: ignore[no-untyped-call]


class Careless(Echo):
    """One that does not look whether text is UTF-8."""

    def onOpen(self) -> None:
        super().onOpen()
        self.utf8validateIncoming = False


def main(port: str, data: str, *careless: str) -> None:
    ChatFactory.protocol = Careless if careless else Echo
    options = tap.Options()
    options.parseOptions(["--listen", f"tcp:{port}:interface=127.0.0.1", "--data", data])
    run(options)


if __name__ == "__main__":
    main(*sys.argv[1:])
