import { t } from '../../i18n'
import type { FieldDiff } from '../../lib/types'

const PLAIN = ['key', 'type', 'stem', 'explanation', 'source', 'point', 'difficulty', 'consistency', 'excludes'] as const

/** What a field of a difference is called, such as 选项 B or 第 2 小题 题干. */
export function nameOf(field: string): string {
  const part = /^part:(\d+)\/(.*)$/.exec(field)
  if (part) return t('rv.f.part', { n: part[1] ?? '', v: nameOf(part[2] ?? '') })
  const [name = '', letter = ''] = field.split(':')
  if (name === 'option' || name === 'feedback') return t(`rv.f.${name}`, { v: letter })
  const known = PLAIN.find((p) => p === name)
  return known ? t(`rv.f.${known}`) : name
}

export const isKey = (f: FieldDiff): boolean => /(^|\/)key$/.test(f.field)

/** How long something has waited: minutes, hours from one, days from two. */
export function waited(since: string, now: string): string {
  const minutes = Math.max(0, Math.floor((Date.parse(now) - Date.parse(since)) / 60_000))
  if (minutes < 60) return t('rv.minutes', { n: minutes })
  return minutes < 48 * 60 ? t('rv.hours', { n: Math.floor(minutes / 60) }) : t('rv.days', { n: Math.floor(minutes / 1440) })
}
