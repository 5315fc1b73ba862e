// The browser of the tests: Debian's Chromium, its shell without windows where
// that is installed (the same engine for less of the processor).
import { existsSync } from 'node:fs'

const shell = '/usr/bin/chromium-headless-shell'

export const chrome = {
  executablePath: process.env.CHROMIUM ?? (existsSync(shell) ? shell : '/usr/bin/chromium'),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
}
