// Runs the browser tests against the real program: starts it once, hands its
// address and accounts to the tests, and ends it. Arguments are test files.
import { spawn } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { newData, startServer } from './server.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const files = process.argv.length > 2 ? process.argv.slice(2) : (await readdir(here)).filter((name) => name.endsWith('.test.mjs')).sort().map((name) => here + name)
const data = await newData()
const server = await startServer(data)
const tests = spawn(process.execPath, ['--test', '--test-concurrency=1', '--test-timeout=300000', ...files], {
  stdio: 'inherit', env: { ...process.env, GONGYUAN_URL: server.url, GONGYUAN_DEMO: server.accounts },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tests.kill(signal))
const code = await new Promise((done) => tests.once('exit', (status) => done(status ?? 1)))
await server.stop()
if (code !== 0) process.stderr.write(server.log())
await data.remove()
process.exit(code)
