// A broadcast room as the README of `ws` does it ("Server broadcast", sender included).
const { WebSocketServer, WebSocket } = require('ws');

const wss = new WebSocketServer({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 });

wss.on('connection', function connection(ws) {
  ws.on('error', console.error);

  ws.on('message', function message(data, isBinary) {
    wss.clients.forEach(function each(client) {
      if (client.readyState === WebSocket.OPEN) {
        client.send(data, { binary: isBinary });
      }
    });
  });
});
