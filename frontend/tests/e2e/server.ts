// A real server in a folder of its own, which can be killed and started again, and its HTTP interface.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { MessageRow } from '../../src/wire/frames'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
export const PYTHON = process.env.PYTHON || join(ROOT, '.venv/bin/python')
export const PASSWORD = 'tea in the rain 雨'
export const LOBBY = 1
/** A machine that does much else besides takes its time. */
const START_MS = 60_000

/** Somebody with an account, as the HTTP interface knows her. */
export interface Person {
  name: string
  cookie: string
}

export class ChatServer {
  private child: ChildProcess | null = null
  private log = ''
  /** The first start takes any that is free, and says which in its log; later ones take the same. */
  private port = 0

  private constructor(
    private readonly folder: string,
    private readonly robot: boolean | string,
    private readonly more: string[],
  ) {}

  /**
   * *robot*: with 大白, who would stand in every list of people; or where the endpoint is that it asks.
   * *more*: further options.
   */
  static async start(robot: boolean | string = false, more: string[] = []): Promise<ChatServer> {
    const server = new ChatServer(await mkdtemp(join(tmpdir(), 'webchat-e2e-')), robot, more)
    await server.start()
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Start the process, again after `kill` on the same port and folder; resolves when it is ready. */
  async start(): Promise<void> {
    const options = [
      '--data',
      this.folder,
      '--listen',
      `tcp:${this.port}:interface=127.0.0.1`,
      '--registration',
      'open',
      '--robot',
      String(!!this.robot),
      ...(typeof this.robot === 'string' ? ['--robot-url', this.robot, '--robot-model', 'tea-1'] : []),
      ...this.more,
    ]
    // Stories are told faster than people type.
    const pace = ['--post-burst', '1000', '--posts-per-second', '1000', '--request-burst', '1000']
    const child = spawn(PYTHON, ['-m', 'twisted', '--log-format=text', 'webchat', ...options, ...pace], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.on('data', (data: Buffer) => (this.log += data.toString()))
    child.stderr.on('data', (data: Buffer) => (this.log += data.toString()))
    this.child = child
    // Not by `expect`, which ends with the story: a server may be made for the next one.
    const deadline = Date.now() + START_MS
    while (!(await this.isReady()) && child.exitCode === null) {
      if (Date.now() > deadline) {
        await this.kill()
        throw new Error(`The server did not get ready:\n${this.log}`)
      }
      await pause(50)
    }
    if (child.exitCode !== null) throw new Error(`The server has ended:\n${this.log}`)
  }

  private async isReady(): Promise<boolean> {
    this.port ||= Number(/Listening on IPv4Address\(.*port=(\d+)\)/.exec(this.log)?.[1] ?? 0)
    if (this.port === 0) return false
    return fetch(`${this.url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    )
  }

  /** The process dies on the spot, as by `kill -9` or a power cut. */
  async kill(): Promise<void> {
    await this.end('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM')
    await rm(this.folder, { recursive: true, force: true })
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child
    this.child = null
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    const patience = setTimeout(() => child.kill('SIGKILL'), 5000)
    await ended
    clearTimeout(patience)
  }

  /** What went wrong inside, by the server's own log. */
  mishaps(): string[] {
    return this.log.split('\n').filter((line) => /#(error|critical)\]|Traceback|Unhandled/.test(line))
  }

  async setupCode(): Promise<string> {
    return (await readFile(join(this.folder, 'setup-code'), 'utf8')).trim()
  }

  async setUp(name: string, displayName: string, room = 'Lobby', title = 'Tea house'): Promise<Person> {
    const code = await this.setupCode()
    const you = { name, display_name: displayName, password: PASSWORD }
    return this.comeIn(name, '/setup', { code, ...you, room_title: room, server_title: title })
  }

  async register(name: string, displayName: string): Promise<Person> {
    return this.comeIn(name, '/register', { name, display_name: displayName, password: PASSWORD })
  }

  private async comeIn(name: string, path: string, body: object): Promise<Person> {
    const answer = await this.ask('POST', path, body)
    const cookie = /^webchat=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1]
    if (!cookie) throw new Error(`No cookie from ${path}`)
    return { name, cookie }
  }

  async ask(method: string, path: string, body?: object, person?: Person): Promise<Response> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        origin: this.url,
        ...(body && { 'content-type': 'application/json' }),
        ...(person && { cookie: `webchat=${person.cookie}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }

  async post(person: Person, text: string, room = LOBBY): Promise<void> {
    await this.ask('POST', `/rooms/${room}/messages`, { text }, person)
  }

  /** The newest messages of a room, oldest first, by the HTTP interface. */
  async history(person: Person, room = LOBBY): Promise<Line[]> {
    const answer = await this.ask('GET', `/rooms/${room}/messages?limit=200`, undefined, person)
    const { messages } = (await answer.json()) as { messages: MessageRow[] }
    return messages.map(({ seq, text }) => ({ seq, text }))
  }
}

/** A message as the server counts it. */
export interface Line {
  seq: number | null
  text: string
}

/**
 * A cable to the server that can be pulled.  Chromium's own "offline" leaves open WebSockets as they are, which no real
 * loss of the network does.
 */
export class Cable {
  private readonly ends = new Set<Socket>()
  private isPulled = false
  private isSilent = false

  private constructor(readonly url: string) {}

  static async to(server: ChatServer): Promise<Cable> {
    const port = await freePort()
    const cable = new Cable(`http://127.0.0.1:${port}`)
    const door = createServer((near) => {
      if (cable.isPulled) return near.destroy()
      if (cable.isSilent) return void near.pause().unref()
      const far = connect(Number(new URL(server.url).port), '127.0.0.1')
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        cable.ends.add(end)
        end.on('error', () => other.destroy()).on('close', () => other.destroy())
        end.pipe(other)
      }
    })
    door.listen(port, '127.0.0.1').unref()
    await once(door, 'listening')
    return cable
  }

  pull(): void {
    this.isPulled = true
    for (const end of this.ends) end.destroy()
    this.ends.clear()
  }

  /** Nothing goes through, and nobody is told: a laptop that leaves the house.  What was open stays so and is dead. */
  silence(): void {
    this.isSilent = true
    for (const end of this.ends) end.unpipe().pause().unref()
    this.ends.clear()
  }

  plugIn(): void {
    this.isPulled = this.isSilent = false
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
