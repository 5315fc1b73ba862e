import { points } from '../../../shared/marks'
import { t } from '../../i18n'
import type { Figure, PeopleMark } from './types'

// Figures of marking in plain words.

/** How an own mark lies beside the other marker's. */
export function severity(f: Figure): string {
  if (f.pairs === 0) return t('prog.noPairs')
  if (f.signed === 0) return t('prog.same')
  return t(f.signed > 0 ? 'prog.higher' : 'prog.lower', { n: points(Math.abs(f.signed)) })
}

/** How a second mark of an own piece lies beside the first. */
export function drift(f: Figure): string {
  if (f.pairs === 0) return t('prog.noPairs')
  if (f.signed === 0) return t('prog.driftSame')
  return t(f.signed > 0 ? 'prog.driftUp' : 'prog.driftDown', { n: points(Math.abs(f.signed)) })
}

export function apart(f: Figure): string {
  return f.pairs === 0 ? '' : t('prog.apart', { n: points(f.absolute), pairs: f.pairs })
}

/** The two of three that lie nearest, as the rule takes them. */
export function nearest(marks: readonly number[]): [number, number] {
  const [a = 0, b = 0, c = b] = marks
  const pairs: [number, number][] = [[a, b], [a, c], [b, c]]
  return pairs.reduce((best, x) => (Math.abs(x[0] - x[1]) < Math.abs(best[0] - best[1]) ? x : best))
}

/** How people came to a mark, as a sum that can be checked by hand. */
export function sumWords(p: PeopleMark, awarded: number): string {
  const given = [...p.marks].sort((x, y) => x.place - y.place).map((m) => m.marks)
  const [a, b] = p.rule === 'nearest' ? nearest(given) : [given[0] ?? 0, given[1] ?? 0]
  return t(`people.${p.rule}`, { a: points(a), b: points(b), n: points(awarded) })
}

/** What each gave, by place, and by name for whom the server names them. */
export function givenWords(p: PeopleMark): string {
  return [...p.marks].sort((x, y) => x.place - y.place).map((m) => {
    const place = t(m.place === 1 ? 'people.place.1' : m.place === 2 ? 'people.place.2' : 'people.place.3')
    return m.marker ? t('people.oneBy', { place, name: m.marker, n: points(m.marks) }) : t('people.one', { place, n: points(m.marks) })
  }).join(' · ')
}
