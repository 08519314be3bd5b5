// A broadcast room as the "Get started" guide of Socket.IO does it: io.emit to everybody.
const { createServer } = require('node:http');
const { Server } = require('socket.io');

const server = createServer();
const io = new Server(server);

io.on('connection', (socket) => {
  socket.on('m', (text) => {
    io.emit('m', text);
  });
});

server.listen(Number(process.argv[2]), '127.0.0.1', 4096);
