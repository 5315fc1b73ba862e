import { t, type Key } from '../../i18n'
import { auditZh } from '../../messages/audit.zh-CN'

const known = (key: string): key is Key => key in auditZh

/** The word of an act; one that has none is shown as it is recorded. */
export function actWord(act: string): string {
  const failed = act.endsWith('.failed')
  const key = `audit.act.${failed ? act.slice(0, -'.failed'.length) : act}`
  const word = known(key) ? t(key) : act
  return failed && known(key) ? t('audit.failed', { act: word }) : word
}

/** What an act was done to: its kind as a word, then the beginning of its id. */
export function objectWord(object: string): string {
  const [kind = '', ...rest] = object.split(':')
  const key = `audit.object.${kind}`
  const id = rest.join(':')
  return known(key) ? `${t(key)} ${id.length > 12 ? `${id.slice(0, 8)}…` : id}` : object
}

/** JSON with a line for each member; anything else as it is. */
export function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json
  }
}
