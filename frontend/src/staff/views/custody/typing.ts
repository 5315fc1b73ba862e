import type { PaperAnswer, PaperSlot } from './api'

/** What is typed for one question: the letters in one box, or a text for each blank. */
export type Typed = string[]

type Reading = PaperAnswer['response']

/** The letters that were typed, in order and each once; null where one of them is no option. */
export function lettersOf(text: string, letters: readonly string[]): string[] | null {
  const typed = [...new Set(text.normalize('NFKC').toUpperCase().replace(/[\s,，、;；]/g, ''))]
  if (typed.some((l) => !letters.includes(l))) return null
  return typed.sort()
}

/** How many boxes a question has. */
export const boxes = (slot: PaperSlot): number => (slot.letters.length > 0 ? 1 : Math.max(1, slot.blanks))

/** The response of what was typed, empty for nothing; null where it is no answer. */
export function responseOf(slot: PaperSlot, typed: Typed): Reading | null {
  if (slot.letters.length > 0) {
    const choice = lettersOf(typed[0] ?? '', slot.letters)
    if (choice === null) return null
    return choice.length > 0 ? { choice } : {}
  }
  return typed.every((x) => x.trim() === '') ? {} : { text: typed.map((x) => x.trim()) }
}

/** A response as people read it; empty for none. */
export function words(r: Reading | undefined): string {
  if (!r) return ''
  return r.choice && r.choice.length > 0 ? r.choice.join('') : (r.text ?? []).join(' / ')
}

/** The questions at which the two readings differ. */
export function differing(slots: readonly PaperSlot[]): PaperSlot[] {
  return slots.filter((s) => s.readings && words(s.readings[0]) !== words(s.readings[1]))
}
