// Starts the real program's demo for the browser tests, on a free port and with
// data of its own.
import { execFile, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = process.env.GONGYUAN_PROGRAM ?? fileURLToPath(new URL('../../bin/gongyuan', import.meta.url))

/** Runs a command of the program to its end: {code, out}, `out` with what it complains of. */
export function command(...args) {
  return new Promise((done) => { execFile(program, args, (error, stdout, stderr) => done({ code: error ? error.code : 0, out: stdout + stderr })) })
}

// Below the ports that systems give to connections on their way out: a server
// that stops and comes back would else find one of them in its place.
async function freePort() {
  for (let tries = 100; ; tries--) {
    const port = randomInt(12_000, 32_000)
    const probe = createServer()
    const free = await new Promise((done) => probe.once('error', () => done(false)).listen(port, '127.0.0.1', () => done(true)))
    if (free) {
      await new Promise((done) => probe.close(done))
      return port
    }
    if (tries === 0) throw new Error('no port is free')
  }
}

/** A folder for one server's data. `remove` deletes it. */
export async function newData() {
  const folder = await mkdtemp(join(tmpdir(), 'gongyuan-e2e-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/**
 * Starts the demo on `data` and resolves once it is ready. `demo` is the sheet
 * of accounts. `stop` ends it as Ctrl-C does, `kill` as a power cut would.
 */
export async function startServer(data, port) {
  const listen = `127.0.0.1:${port ?? await freePort()}`
  const accounts = join(data.folder, 'demo.json')
  const child = spawn(program, ['demo', '--listen', listen, '--data', data.folder, '--accounts', accounts], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text) => { log += text })
  const ended = new Promise((done) => child.once('exit', done))
  const url = `http://${listen}`
  const until = Date.now() + 60_000
  for (;;) {
    const ready = await fetch(`${url}/readyz`).then((r) => r.ok, () => false)
    if (ready) break
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL')
      throw new Error(`the program did not start:\n${log}`)
    }
    await new Promise((done) => setTimeout(done, 100))
  }
  const end = async (signal) => { if (child.exitCode === null) { child.kill(signal); await ended } }
  return {
    url, port: Number(listen.split(':')[1]), accounts, demo: JSON.parse(await readFile(accounts, 'utf8')),
    log: () => log, stop: () => end('SIGTERM'), kill: () => end('SIGKILL'),
  }
}
