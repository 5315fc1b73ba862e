import { afterEach, describe, expect, it, vi } from 'vitest'

/** The page as it is loaded on a computer where this is kept. */
async function computer(kept: Record<string, string> = {}) {
  vi.resetModules()
  const box = new Map(Object.entries(kept))
  vi.stubGlobal('localStorage', { getItem: (k: string) => box.get(k) ?? null, setItem: (k: string, v: string) => { box.set(k, v) }, removeItem: (k: string) => { box.delete(k) } })
  return { box, ...await import('./prefs') }
}
afterEach(() => { vi.unstubAllGlobals() })

describe('large text that was granted', () => {
  it('OK: counts for that person alone, and is no choice of theirs', async () => {
    const page = await computer({ 'gongyuan.size': '' })
    page.grantLarge('26-1')
    expect([page.size.value, page.box.get('gongyuan.size')]).toEqual(['l', ''])
    page.grantLarge('') // somebody else signs in
    expect(page.size.value).toBe('')
  })
  it('OK: gives way to what the person chose, also after the page was loaded again', async () => {
    const page = await computer()
    page.grantLarge('26-1')
    page.size.value = 'xl'
    page.grantLarge('26-1')
    expect(page.size.value).toBe('xl')
    const again = await computer(Object.fromEntries(page.box))
    again.grantLarge('26-1')
    expect(again.size.value).toBe('xl')
    again.grantLarge('26-2') // another one to whom it was granted, at the same computer
    expect(again.size.value).toBe('l')
  })
  it('Err: a computer that keeps nothing still shows it', async () => {
    vi.resetModules()
    vi.stubGlobal('localStorage', { getItem: () => { throw new Error('no') }, setItem: () => { throw new Error('no') } })
    const page = await import('./prefs')
    page.grantLarge('26-1')
    expect(page.size.value).toBe('l')
    page.size.value = ''
    page.grantLarge('26-1')
    expect(page.size.value).toBe('')
  })
})
