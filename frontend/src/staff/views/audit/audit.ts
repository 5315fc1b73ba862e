import { t, type Key } from '../../i18n'
import { zhCN } from '../../messages/all'

const known = (key: string): key is Key => key in zhCN

/** The word of an act; one that has none is shown as it is recorded. */
export function actWord(act: string): string {
  const failed = act.endsWith('.failed')
  const done = failed ? act.slice(0, -'.failed'.length) : act
  const word = wordOf(done)
  if (word === null) return act
  return failed ? t('audit.failed', { act: word }) : word
}

/** An act is a noun and what is done to it; a few have words of their own. */
function wordOf(act: string): string | null {
  const own = `audit.act.${act}`
  if (known(own)) return t(own)
  const dot = act.indexOf('.')
  const [noun, verb] = [`audit.noun.${act.slice(0, dot)}`, `audit.verb.${act.slice(dot + 1)}`]
  return known(noun) && known(verb) ? t('audit.join', { noun: t(noun), verb: t(verb) }) : null
}

/** What an act was done to: its kind as a word, then the beginning of its id. */
export function objectWord(object: string): string {
  const [kind = '', ...rest] = object.split(':')
  const key = `audit.noun.${kind}`
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
