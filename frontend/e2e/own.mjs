// Loaded before each file of browser tests: starts a program of the file's own
// on a copy of the data that run.mjs prepared, so that files neither wait for
// nor disturb each other.
import { cp } from 'node:fs/promises'
import { after } from 'node:test'
import { newData, startServer } from './server.mjs'

if (process.env.NODE_TEST_CONTEXT && process.env.GONGYUAN_PREPARED) {
  const data = await newData()
  await cp(process.env.GONGYUAN_PREPARED, data.folder, { recursive: true })
  const server = await startServer(data)
  process.once('exit', () => void server.kill())
  process.env.GONGYUAN_URL = server.url
  process.env.GONGYUAN_DEMO = server.accounts
  process.once('exit', (code) => { if (code !== 0) process.stderr.write(server.log()) })
  after(async () => {
    await server.stop()
    await data.remove()
  })
}
