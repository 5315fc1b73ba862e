// A reporter that names the files in which a test failed, a line each.
import { fileURLToPath } from 'node:url'

export default async function* failed(events) {
  for await (const { type, data } of events) {
    if (type === 'test:fail' && data.file) yield `${data.file.startsWith('file:') ? fileURLToPath(data.file) : data.file}\n`
  }
}
