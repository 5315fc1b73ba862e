import { NetworkError, ProblemError, typeOf } from '../shared/problem'
import { t } from './i18n'
import type { FieldError } from './lib/types'

/** An error as the page says it. */
export interface Told {
  title: string
  detail: string
  errors: FieldError[]
  /** The request id to read out; empty where there is none. */
  number: string
  /** Seconds to wait; 0 for none. */
  wait: number
}

/** `sent`: the request was meant to change something, so without an answer it is not known whether it did. */
export function describeError(e: unknown, sent: boolean): Told {
  // It is read after the sign-in, which stands over it until then.
  if (sent && isSignedOut(e)) return { title: t('error.resend'), detail: t('error.resendHelp'), errors: [], number: '', wait: 0 }
  if (e instanceof ProblemError) {
    const p = e.problem
    return { title: p.title, detail: p.detail ?? '', errors: p.errors ?? [], number: p.requestId, wait: p.retryAfterSeconds ?? 0 }
  }
  if (e instanceof NetworkError) {
    const detail = sent ? t('error.networkUnsure') : ''
    const [, title = '', help = ''] = /^(.*?[。.])\s*(.*)$/.exec(t(`network.${e.reason}`)) ?? []
    return { title, detail: sent ? detail : help, errors: [], number: '', wait: 0 }
  }
  return { title: t('error.title'), detail: e instanceof Error ? e.message : String(e), errors: [], number: '', wait: 0 }
}

/** The sentences of the server by the field they are about. */
export function fieldErrors(e: unknown): FieldError[] {
  return e instanceof ProblemError ? (e.problem.errors ?? []) : []
}

export function isSignedOut(e: unknown): boolean {
  return typeOf(e) === 'unauthenticated'
}
