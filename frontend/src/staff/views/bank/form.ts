import type { ItemContent, ItemType } from '../../lib/types'

/** An item as the form holds it: every field there, whatever the type. */
export interface Form {
  type: ItemType
  point: string
  difficulty: number
  stem: string
  options: { text: string; last: boolean; feedback: string }[]
  key: string[]
  /** One blank a line, variants apart by "|". */
  blanks: string
  reference: string
  explanation: string
  source: string
  /** What the form does not show is sent back as it came. */
  rest: Pick<ItemContent, 'consistency' | 'parts' | 'excludes'>
}

export const LETTERS = 'ABCDEFGH'
export const isChoice = (t: ItemType): boolean => t === 'B' || t === 'G' || t === 'C'
export const POINT = /^[A-Z](-[A-Z]){2}-\d{3}$/

export function emptyForm(point = ''): Form {
  const option = () => ({ text: '', last: false, feedback: '' })
  return { type: 'B', point, difficulty: 3, stem: '', options: [option(), option(), option(), option()], key: [], blanks: '', reference: '', explanation: '', source: '', rest: {} }
}

export function formOf(c: ItemContent): Form {
  return {
    type: c.type, point: c.point, difficulty: c.difficulty, stem: c.stem,
    options: (c.options ?? []).map((o) => ({ text: o.text, last: o.last ?? false, feedback: o.feedback ?? '' })),
    key: [...(c.key ?? [])], blanks: (c.blanks ?? []).map((b) => b.join(' | ')).join('\n'), reference: c.reference ?? '',
    explanation: c.explanation ?? '', source: c.source ?? '',
    rest: {
      ...(c.consistency === undefined ? {} : { consistency: c.consistency }), ...(c.parts ? { parts: c.parts } : {}), ...(c.excludes ? { excludes: c.excludes } : {}),
    },
  }
}

export function contentOf(f: Form): ItemContent {
  const out: ItemContent = { ...f.rest, type: f.type, point: f.point.trim().toUpperCase(), difficulty: f.difficulty, stem: f.stem, explanation: f.explanation, source: f.source }
  if (isChoice(f.type)) {
    const options = f.type === 'C' ? [0, 1].map((i) => ({ text: i === 0 ? '正确' : '错误', last: false, feedback: f.options[i]?.feedback ?? '' })) : f.options
    out.options = options.map((o) => ({ ...o }))
    out.key = [...f.key].sort()
  } else if (f.type === 'T') {
    out.blanks = f.blanks.split('\n').map((l) => l.split(/[|｜]/).map((a) => a.trim()).filter(Boolean)).filter((b) => b.length > 0)
  } else if (f.type !== 'E') {
    out.reference = f.reference
  }
  return out
}

/** Another type keeps what both have; options and keys that do not fit are dropped. */
export function retype(f: Form, type: ItemType): void {
  f.type = type
  if ((type === 'B' || type === 'G') && f.options.length < 2) f.options = emptyForm().options
  if (type === 'C') f.key = f.key.filter((k) => k === 'A' || k === 'B')
  if (type !== 'G') f.key = f.key.slice(0, 1)
}

export function toggleKey(f: Form, letter: string): void {
  if (f.type !== 'G') f.key = [letter]
  else f.key = f.key.includes(letter) ? f.key.filter((k) => k !== letter) : [...f.key, letter].sort()
}

/** Takes an option away; the keys behind it move up with their options. */
export function dropOption(f: Form, at: number): void {
  f.options.splice(at, 1)
  f.key = f.key.flatMap((k) => {
    const i = LETTERS.indexOf(k)
    return i === at ? [] : [LETTERS[i > at ? i - 1 : i] ?? k]
  })
}

/** Puts marks around what is selected, or takes them away. Returns the text and the new selection. */
export function wrap(text: string, from: number, to: number, tag: 'b' | 'sub' | 'sup'): { text: string; from: number; to: number } {
  const open = `<${tag}>`
  const close = `</${tag}>`
  const inside = text.slice(from, to)
  if (text.slice(from - open.length, from) === open && text.slice(to, to + close.length) === close) {
    return { text: text.slice(0, from - open.length) + inside + text.slice(to + close.length), from: from - open.length, to: to - open.length }
  }
  return { text: text.slice(0, from) + open + inside.replace(/[<>]/g, '') + close + text.slice(to), from: from + open.length, to: to + open.length }
}
