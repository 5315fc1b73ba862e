// Loaded before each file of browser tests: starts a program of the file's own
// on a copy of the data that run.mjs prepared, so that files neither wait for
// nor disturb each other.
import { cp } from 'node:fs/promises'
import { after } from 'node:test'
import { newData, startServer } from './server.mjs'

/** The file's program and its data; `server` is the one that runs at the moment. */
export const own = { data: null, server: null }

if (process.env.NODE_TEST_CONTEXT && process.env.GONGYUAN_PREPARED) {
  const data = await newData()
  await cp(process.env.GONGYUAN_PREPARED, data.folder, { recursive: true })
  own.data = data
  own.server = await startServer(data)
  process.once('exit', () => void own.server.kill())
  process.env.GONGYUAN_URL = own.server.url
  process.env.GONGYUAN_DEMO = own.server.accounts
  process.once('exit', (code) => { if (code !== 0) process.stderr.write(own.server.log()) })
  after(async () => {
    await own.server.stop()
    await data.remove()
  })
}
