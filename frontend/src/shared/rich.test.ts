import { expect, test } from 'vitest'
import { Words } from './rich'

type Node = { type: unknown; props: Record<string, unknown> | null; children: unknown }
const drawn = (text: string) => ((Words as unknown as (p: { text: string }) => (Node | string | null)[])({ text })).filter(Boolean).map((n) => (typeof n === 'object' && n ? [n.type, n.props?.alt ?? n.children] : n))

test('three tags, a picture and brackets; everything else is text', () => {
  const id = '0a'.repeat(16)
  expect(drawn('H<sub>2</sub>O应（　　）。')).toEqual(['H', ['sub', '2'], 'O应', ['span', '（　　）。']])
  expect(drawn(`如[img:${id}|图一]和[img:${id}]`)).toEqual(['如', ['img', '图一'], '和', ['img', '']])
  expect(drawn('<script>x</script><b onclick="y">z</b>')).toEqual(['<script>x</script><b onclick="y">z</b>'])
  expect(drawn('[img:http://x]')).toEqual(['[img:http://x]'])
})
