import { expect, test } from 'vitest'
import { browserOf, pathOf } from './words'

test('a browser is named shortly', () => {
  expect(browserOf('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36')).toBe('Chrome 120 · Windows')
  expect(browserOf('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36 Edg/121.0')).toBe('Edge 121 · Windows')
  expect(browserOf('Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1')).toBe('Safari 17 · iOS')
  expect(browserOf('curl/8.1')).toBe('curl/8.1')
  expect(browserOf('')).toBe('')
})

test('a symbol becomes a path', () => {
  expect(pathOf('10\n01\n')).toEqual({ size: 2, path: 'M0 0h1v1h-1zM1 1h1v1h-1z' })
})
