// Runs the browser tests against the real program: prepares the data of its demo
// once, and lets each file start a program of its own on a copy of it (own.mjs),
// three files at a time: they wait more than they work. Arguments are test files.
import { spawn } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { newData, startServer } from './server.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const files = process.argv.length > 2 ? process.argv.slice(2) : (await readdir(here)).filter((name) => name.endsWith('.test.mjs')).sort().map((name) => here + name)
const data = await newData()
const server = await startServer(data)
await server.stop()
const tests = spawn(process.execPath, ['--import', `${here}own.mjs`, '--test', '--test-concurrency=3', '--test-timeout=300000', ...files], {
  stdio: 'inherit', env: { ...process.env, GONGYUAN_PREPARED: data.folder },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tests.kill(signal))
const code = await new Promise((done) => tests.once('exit', (status) => done(status ?? 1)))
await data.remove()
process.exit(code)
