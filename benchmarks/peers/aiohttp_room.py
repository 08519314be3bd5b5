"""A broadcast room as aiohttp's chat demo does it: a set of sockets, and send_str to each."""

import sys

from aiohttp import WSMsgType, web

SOCKETS = web.AppKey("sockets", set)


async def room(request):
    ws = web.WebSocketResponse(compress=False)
    await ws.prepare(request)
    request.app[SOCKETS].add(ws)
    try:
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                for other in list(request.app[SOCKETS]):
                    if not other.closed:
                        await other.send_str(message.data)
    finally:
        request.app[SOCKETS].discard(ws)
    return ws


app = web.Application()
app[SOCKETS] = set()
app.router.add_get("/", room)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, backlog=4096, print=None)
