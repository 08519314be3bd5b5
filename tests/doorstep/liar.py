"""The production server with one promise broken on purpose: the campaign must find out, or it proves nothing.

    python -m tests.doorstep.liar LIE [option of webchat ...]

The hooks are put in here, from outside; the product has no option for them.  They begin to bite when a file `lie` is
in the data folder.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.doorstep.daemon import run
from webchat import tap
from webchat.live.hub import Hub
from webchat.model.events import Member
from webchat.ws.native import Conversation


def commit(lies: Any) -> None:
    truly = sa.RootTransaction.commit

    def pretend(self: Any) -> None:
        self.rollback() if lies(0.05) else truly(self)

    sa.RootTransaction.commit = pretend  # type: ignore[method-assign]


def forget(lies: Any) -> None:
    truly = Conversation.deliver

    def deliver(self: Conversation, data: bytes) -> None:
        if b'"type":"message"' not in data or not lies(0.003):
            truly(self, data)

    Conversation.deliver = deliver  # type: ignore[method-assign]


def leak(lies: Any) -> None:
    truly = Hub._change_audience

    def change(self: Hub, room: Any, row: Any) -> None:
        if not (isinstance(row, Member) and row.left and lies(1.0)):
            truly(self, room, row)

    Hub._change_audience = change  # type: ignore[method-assign]


def swap(lies: Any) -> None:
    truly = Conversation.deliver

    def deliver(self: Conversation, data: bytes) -> None:
        held = self.__dict__.pop("held", b"")
        if not held and b'"type":"message"' in data and lies(0.01):
            self.__dict__["held"] = data
        else:
            truly(self, data)
            if held:
                truly(self, held)

    Conversation.deliver = deliver  # type: ignore[method-assign]


def main(lie: str, *words: str) -> None:
    options = tap.Options()
    options.parseOptions(list(words))
    flag = Path(options.given["data"][-1]) / "lie"
    chance = random.Random()  # noqa: S311

    def lies(share: float) -> bool:
        return chance.random() < share and flag.exists()

    {"commit": commit, "forget": forget, "leak": leak, "swap": swap}[lie](lies)
    run(options)


if __name__ == "__main__":
    main(*sys.argv[1:])
