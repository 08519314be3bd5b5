"""The production server with one promise broken on purpose: the campaign must find out, or it proves nothing.

    python -m tests.doorstep.liar LIE [option of webchat ...]

The hooks are put in here, from outside; the product has no option for them.  They begin to bite when a file `lie` is
in the data folder.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.doorstep.daemon import run
from webchat import tap
from webchat.live.hub import Hub
from webchat.model.events import Member
from webchat.ws.native import Native
from webchat.ws.outgoing import Outgoing


def commit(lies: Any) -> None:
    truly = sa.RootTransaction.commit

    def pretend(self: Any) -> None:
        self.rollback() if lies(0.05) else truly(self)

    sa.RootTransaction.commit = pretend  # type: ignore[method-assign]


def forget(lies: Any) -> None:
    truly = Native.write_all

    def write_all(self: Native, ports: Iterable[Outgoing], data: bytes) -> None:
        says = b'"type":"message"' in data
        truly(self, [port for port in ports if not (says and lies(0.003))], data)

    Native.write_all = write_all  # type: ignore[method-assign]


def leak(lies: Any) -> None:
    truly = Hub._change_audience

    def change(self: Hub, room: Any, row: Any) -> None:
        if not (isinstance(row, Member) and row.left and lies(1.0)):
            truly(self, room, row)

    Hub._change_audience = change  # type: ignore[method-assign]


def swap(lies: Any) -> None:
    truly = Native.write_all
    held: dict[int, bytes] = {}

    def write_all(self: Native, ports: Iterable[Outgoing], data: bytes) -> None:
        for port in ports:
            earlier = held.pop(id(port), b"")
            if not earlier and b'"type":"message"' in data and lies(0.01):
                held[id(port)] = data
            else:
                truly(self, [port], data + earlier)

    Native.write_all = write_all  # type: ignore[method-assign]


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
