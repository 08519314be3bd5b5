// One client of Socket.IO, which does what it is told: JSON lines in, JSON lines out.
//
//   {"do": "open", "client": "client-2", "url": "...", "options": {...}}
//   {"do": "emit", "number": 1, "args": ["event", {...}]}      answered with {"ack": 1, "args": [...]} if wanted
//   {"do": "close"}
//
// It says {"event": name, "args": [...]} for whatever comes, {"state": "connect" | "disconnect" | ...}.
'use strict'

const readline = require('readline')

let socket = null

const say = (line) => process.stdout.write(JSON.stringify(line) + '\n')

function open({ client, url, options }) {
  socket = require(client)(url, options)
  // Everything that the server sends, whatever it is called: each generation has another place for it.
  const hear = socket.onevent
  socket.onevent = function (packet) {
    const [event, ...args] = packet.data
    say({ event, args })
    hear.call(this, packet)
  }
  for (const state of ['connect', 'disconnect', 'connect_error']) {
    socket.on(state, (reason) =>
      say({ state, reason: String((reason && reason.message) || reason || ''), data: (reason && reason.data) || null }),
    )
  }
  const engine = () => (socket.io.engine && socket.io.engine.transport ? socket.io.engine.transport.name : null)
  socket.on('connect', () => {
    say({ transport: engine() })
    socket.io.engine.once('upgrade', () => say({ transport: engine() }))
  })
}

function emit({ number, args, ack }) {
  socket.emit(...args, ...(ack ? [(...answer) => say({ ack: number, args: answer })] : []))
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line)
  if (order.do === 'open') open(order)
  else if (order.do === 'emit') emit(order)
  else if (order.do === 'close') {
    if (socket) socket.close()
    process.exit(0)
  }
})
