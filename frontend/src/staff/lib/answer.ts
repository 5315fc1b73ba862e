import type { ReviewSlot } from './types'

/** One line of an answer: a letter with its option's text, or a blank with what was written. */
export interface AnswerLine {
  mark: string
  text: string
}

const isChoice = (s: ReviewSlot) => s.slot.options.length > 0

/** What was answered; empty where nothing was. */
export function answered(s: ReviewSlot): AnswerLine[] {
  if (isChoice(s)) return letters(s, s.response.choice ?? [])
  const text = s.response.text ?? []
  return text.some((x) => x.trim() !== '') ? blanks(text) : []
}

/** The right answer as the server gives it; empty where people mark. */
export function key(s: ReviewSlot): AnswerLine[] {
  const right = s.right ?? []
  return isChoice(s) ? letters(s, right) : blanks(right)
}

function letters(s: ReviewSlot, list: readonly string[]): AnswerLine[] {
  return [...list].sort().map((letter) => ({ mark: letter, text: s.slot.options.find((o) => o.letter === letter)?.text ?? '' }))
}

function blanks(list: readonly string[]): AnswerLine[] {
  return list.map((text, i) => ({ mark: list.length > 1 ? String(i + 1) : '', text }))
}
