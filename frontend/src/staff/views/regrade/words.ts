import { score } from '../../../shared/marks'
import { t } from '../../i18n'
import type { Look } from '../../lib/tones'
import type { OutcomeBrief, Regrade, RegradeChange, Remedy, RemedyPreview } from './api'

/** How the states of regrades look. */
export const REGRADE: Record<Regrade['state'], Look> = {
  proposed: { icon: 'clock', tone: 'warn' },
  approved: { icon: 'wait', tone: 'warn' },
  applied: { icon: 'ok', tone: 'ok' },
  returned: { icon: 'x', tone: '' },
  void: { icon: 'x', tone: 'bad' },
}

/** The remedy in words; the revision is named where its key counts. */
export function wayOf(remedy: Remedy, revision: number | undefined): string {
  if (remedy === 'other-key' || remedy === 'either-key') {
    return revision ? t(`regrade.remedy.${remedy}`, { n: revision }) : t(`regrade.remedy.${remedy}.none`)
  }
  return t(`regrade.remedy.${remedy}`)
}

/** How a verdict turns: harm and gain are told apart, and so is what stays. */
export type Turn = 'lost' | 'won' | 'same'

export function turnOf(before: OutcomeBrief, after: OutcomeBrief): Turn {
  if (before.verdict === after.verdict) return 'same'
  if (before.verdict === 'qualified') return 'lost'
  if (after.verdict === 'qualified') return 'won'
  return after.verdict === 'unqualified' ? 'lost' : 'same'
}

const theoryOf = (o: OutcomeBrief) => o.components.find((p) => p.kind === 'theory')

export function theoryTurn(c: RegradeChange): Turn {
  const [was, now] = [theoryOf(c.before)?.passed, theoryOf(c.after)?.passed]
  if (was === now) return 'same'
  return now === true ? 'won' : 'lost'
}

/** The theory verdict as a word. */
export function theoryWord(o: OutcomeBrief): string {
  const p = theoryOf(o)
  return p?.passed === undefined ? t('regrade.open') : t(p.passed ? 'part.passed' : 'part.failed')
}

export const overallWord = (o: OutcomeBrief): string => t(`total.short.${o.verdict}`)

/** Theory before and after: as marked, or as it is carried over. */
export function figures(c: RegradeChange): { before: string; after: string } {
  if (c.theoryBefore && c.theoryAfter) {
    const whole = c.theoryBefore.full !== c.theoryAfter.full
    const one = (f: { awarded: number; full: number }) => (whole ? t('regrade.of', { a: score(f.awarded), f: score(f.full) }) : score(f.awarded))
    return { before: one(c.theoryBefore), after: one(c.theoryAfter) }
  }
  const one = (o: OutcomeBrief) => { const a = theoryOf(o)?.awarded; return a === undefined ? '—' : score(a) }
  return { before: one(c.before), after: one(c.after) }
}

/** What was answered at the slot, with the bank's letters where options were shuffled. */
export function answerOf(c: RegradeChange): string {
  if (c.slot === undefined) return t('regrade.carriedHere')
  const shown = c.response?.choice ?? []
  const text = (c.response?.text ?? []).filter((x) => x !== '')
  if (shown.length === 0 && text.length === 0) return t('regrade.noAnswer')
  if (text.length > 0) return text.join(' / ')
  const own = [...(c.chosen ?? [])].sort()
  const said = t('regrade.answer', { a: shown.join('') })
  return own.length > 0 && own.join('') !== shown.join('') ? said + t('regrade.bankLetters', { a: own.join('') }) : said
}

/** How many lose the level, not only theory. */
export const lostLevel = (r: RemedyPreview): number => r.changed.filter((c) => c.before.verdict === 'qualified' && c.after.verdict !== 'qualified').length
export const releasedOf = (r: RemedyPreview): number => r.changed.filter((c) => c.released).length

/** The list as rows of a CSV file. */
export function rowsOf(r: RemedyPreview): string[][] {
  const head = [t('regrade.col.name'), t('regrade.col.admission'), t('regrade.col.answer'), t('regrade.col.theory'), t('regrade.col.theoryVerdict'), t('regrade.col.overall')]
  return [head, ...r.changed.map((c) => {
    const f = figures(c)
    return [c.name, c.admission, answerOf(c), `${f.before} → ${f.after}`, `${theoryWord(c.before)} → ${theoryWord(c.after)}`, `${overallWord(c.before)} → ${overallWord(c.after)}`]
  })]
}
