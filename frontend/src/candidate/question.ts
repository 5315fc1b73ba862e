// Words about a question and its answer; no DOM.
import { points } from '../shared/marks'
import type { PaperSlot, Response } from './contract'
import { byteLength } from './ledger'
import { t } from './text'

export const isChoice = (slot: PaperSlot) => slot.type === 'B' || slot.type === 'C' || slot.type === 'G'

export function kindOf(slot: PaperSlot): string {
  return t('q.kind', { type: t(`type.${slot.type}`), points: points(slot.points) })
}

/** The answer as it is echoed below the question. */
export function echo(slot: PaperSlot, r: Response): string {
  if (isChoice(slot)) return (r.choice ?? []).length === 0 ? t('q.blankAnswer') : (r.choice ?? []).join(t('q.separator'))
  const text = r.text ?? []
  const filled = text.filter((x) => x.trim() !== '').length
  if (filled === 0) return t('q.blankAnswer')
  return slot.type === 'T' ? t('q.blanksDone', { n: filled, of: Math.max(1, slot.blanks) }) : t('q.words', { n: characters(text[0] ?? '') })
}

/** What choosing a letter makes of an answer: one letter, or one more or less. */
export function choose(slot: PaperSlot, r: Response, letter: string): Response {
  const had = r.choice ?? []
  if (slot.type !== 'G') return { choice: [letter] }
  const next = had.includes(letter) ? had.filter((x) => x !== letter) : [...had, letter].sort()
  return next.length === 0 ? {} : { choice: next }
}

export const maxBlank = 200
export const maxWords = 5_000
/** What one answer may take on its way, in bytes of JSON; the server's limit is 20,000. */
const maxBytes = 19_500

/** Characters as a person counts them, not UTF-16 units. */
export function characters(text: string): number {
  return Array.from(text).length
}

/** What the server takes of a typed text: no control characters, not too long. */
export function clean(text: string, lines: boolean): string {
  const plain = text.replace(/\r\n?/g, '\n').replace(lines ? /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g : /[\u0000-\u001f\u007f-\u009f]/g, lines ? '' : ' ')
  const limit = lines ? maxWords : maxBlank
  let out = characters(plain) > limit ? Array.from(plain).slice(0, limit).join('') : plain
  while (byteLength(JSON.stringify(out)) > maxBytes) out = Array.from(out).slice(0, -100).join('')
  return out
}

/** A–F or 1–6, wherever the keyboard puts them and whatever input method is on. */
export function letterOfKey(code: string, slot: PaperSlot): string | null {
  const letter = /^Key([A-H])$/.exec(code)?.[1]
  if (letter) return slot.options.some((o) => o.letter === letter) ? letter : null
  const digit = /^(?:Digit|Numpad)([1-8])$/.exec(code)?.[1]
  return digit ? slot.options[Number(digit) - 1]?.letter ?? null : null
}
