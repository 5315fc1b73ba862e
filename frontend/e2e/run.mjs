// Runs the browser tests against the real program: prepares the data of its demo
// once, and lets each file start a program of its own on a copy of it (own.mjs),
// three files at a time: they wait more than they work. Arguments are test files.
//
// A file that fails is run once more, alone: three browsers on two shared
// processors now and then take longer than any wait allows. What fails alone
// fails; what passes then is named at the end, for somebody to look at.
import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newData, startServer } from './server.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const files = process.argv.length > 2 ? process.argv.slice(2) : (await readdir(here)).filter((name) => name.endsWith('.test.mjs')).sort().map((name) => here + name)
/** For one file, in milliseconds; the whole day takes longer. */
const LIMIT = process.env.GONGYUAN_DAY === 'full' ? 1_800_000 : 600_000
const data = await newData()
const server = await startServer(data)
await server.stop()

let tests
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tests?.kill(signal))

/** Runs files, some at a time, and returns how it ended and the files that failed. */
async function run(which, atOnce) {
  const list = join(data.folder, 'failed')
  tests = spawn(process.execPath, [
    '--import', `${here}own.mjs`, '--test', `--test-concurrency=${atOnce}`, `--test-timeout=${LIMIT}`,
    '--test-reporter=tap', '--test-reporter-destination=stdout', `--test-reporter=${here}failed.mjs`, `--test-reporter-destination=${list}`, ...which,
  ], { stdio: 'inherit', env: { ...process.env, GONGYUAN_PREPARED: data.folder } })
  const code = await new Promise((done) => tests.once('exit', (status) => done(status ?? 1)))
  const failed = code === 0 ? [] : [...new Set((await readFile(list, 'utf8')).split('\n').filter(Boolean))]
  return { code, failed }
}

let { code, failed } = await run(files, 3)
const first = failed
if (failed.length > 0 && failed.length < 4) {
  process.stderr.write(`# once more, alone: ${failed.join(' ')}\n`)
  ;({ code, failed } = await run(failed, 1))
}
for (const file of first) if (!failed.includes(file)) process.stderr.write(`# FAILED AT FIRST, passed alone; look at it: ${file}\n`)
await data.remove()
process.exit(code)
