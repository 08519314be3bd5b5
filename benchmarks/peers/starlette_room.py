"""A broadcast room on uvicorn and Starlette as the tutorial of FastAPI does it: a ConnectionManager."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocketDisconnect


class ConnectionManager:
    def __init__(self):
        self.active_connections = []

    async def connect(self, websocket):
        await websocket.accept()
        self.active_connections.append(websocket)

    def disconnect(self, websocket):
        if websocket in self.active_connections:
            self.active_connections.remove(websocket)

    async def broadcast(self, message):
        for connection in list(self.active_connections):
            try:
                await connection.send_text(message)
            except (RuntimeError, WebSocketDisconnect):
                self.disconnect(connection)


manager = ConnectionManager()


async def room(websocket):
    await manager.connect(websocket)
    try:
        while True:
            await manager.broadcast(await websocket.receive_text())
    except WebSocketDisconnect:
        manager.disconnect(websocket)


app = Starlette(routes=[WebSocketRoute("/", room)])
uvicorn.run(
    app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", ws_per_message_deflate=False, backlog=4096
)
