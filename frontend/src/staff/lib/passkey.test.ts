import { afterEach, describe, expect, it, vi } from 'vitest'
import { makePasskey, PasskeyError, toBytes, toText, usePasskey } from './passkey'

const bytes = (...all: number[]) => new Uint8Array(all).buffer
const browser = (credentials: object) => { vi.stubGlobal('navigator', { credentials }) }
afterEach(() => { vi.unstubAllGlobals() })

describe('bytes and text', () => {
  it('turns each into the other, as base64url', () => {
    for (const all of [[], [0], [251, 255], [1, 2, 3, 250, 251, 252, 253, 254, 255]]) {
      const text = toText(bytes(...all))
      expect(text).not.toMatch(/[+/=]/)
      expect([...toBytes(text)]).toEqual(all)
    }
  })
})

describe('makePasskey', () => {
  it('hands the offer on in bytes and answers in text', async () => {
    const create = vi.fn().mockResolvedValue({
      id: 'AQI', rawId: bytes(1, 2), type: 'public-key', response: { clientDataJSON: bytes(3), attestationObject: bytes(4), getTransports: () => ['usb'] },
    })
    browser({ create })
    const answer = await makePasskey({ challenge: 'BQ', rp: { id: 'localhost' }, user: { id: 'Bg', name: 'a', displayName: '甲' }, excludeCredentials: [{ id: 'Bw', type: 'public-key' }] })
    const given = create.mock.calls[0]?.[0] as { publicKey: { challenge: Uint8Array; user: { id: Uint8Array }; excludeCredentials: { id: Uint8Array }[] } }
    expect([given.publicKey.challenge[0], given.publicKey.user.id[0], given.publicKey.excludeCredentials[0]?.id[0]]).toEqual([5, 6, 7])
    expect(answer).toEqual({ id: 'AQI', rawId: 'AQI', type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON: 'Aw', attestationObject: 'BA', transports: ['usb'] } })
  })

  it.each([['NotAllowedError', 'given-up'], ['InvalidStateError', 'there'], ['SecurityError', 'address'], ['UnknownError', 'failed']])('says of %s that it is %s', async (name, reason) => {
    browser({ create: () => Promise.reject(Object.assign(new Error('x'), { name })) })
    await expect(makePasskey({ challenge: 'BQ', user: { id: 'Bg' } })).rejects.toEqual(new PasskeyError(reason as 'failed'))
  })
})

describe('usePasskey', () => {
  it('answers with the signature', async () => {
    browser({ get: () => Promise.resolve({ id: 'AQI', rawId: bytes(1, 2), type: 'public-key', response: { clientDataJSON: bytes(3), authenticatorData: bytes(4), signature: bytes(5), userHandle: null } }) })
    expect(await usePasskey({ challenge: 'BQ' })).toMatchObject({ response: { clientDataJSON: 'Aw', authenticatorData: 'BA', signature: 'BQ' } })
  })

  it('counts no answer as given up', async () => {
    browser({ get: () => Promise.resolve(null) })
    await expect(usePasskey({ challenge: 'BQ' })).rejects.toEqual(new PasskeyError('given-up'))
  })
})
