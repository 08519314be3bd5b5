"""A broadcast room as the documentation of `websockets` does it ("Broadcasting messages": broadcast())."""

import asyncio
import sys

from websockets.asyncio.server import broadcast, serve

CLIENTS = set()


async def handler(websocket):
    CLIENTS.add(websocket)
    try:
        async for message in websocket:
            broadcast(CLIENTS, message)
    finally:
        CLIENTS.remove(websocket)


async def main():
    # Compression is off, as it is at webchat: with its default the library is several times slower.
    async with serve(handler, "127.0.0.1", int(sys.argv[1]), compression=None, backlog=4096) as server:
        await server.serve_forever()


asyncio.run(main())
