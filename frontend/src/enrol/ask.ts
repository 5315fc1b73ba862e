import { createApi, type Schemas } from '../shared/api'
import { NetworkError, ProblemError } from '../shared/problem'
import { solve, type Solution } from '../verify/work'
import { language, t } from './text'

export type Form = Schemas['EnrolForm']
export type Send = Schemas['EnrolSend']
export type Status = Schemas['EnrolStatus']
export type Announcement = Schemas['Announcement']

const api = createApi({ audience: 'candidate', language: () => language.value })

/** Asks, and does the work that the server asks for first. A challenge may run out meanwhile; the next one is tried. */
async function worked<T>(ask: (solution?: Solution) => Promise<T>, progress: (share: number | null) => void): Promise<T> {
  try {
    for (let solution: Solution | undefined, left = 2; ; left--) {
      try {
        return await ask(solution)
      } catch (e) {
        if (!(e instanceof ProblemError) || !e.problem.challenge || left === 0) throw e
        progress(0)
        solution = await solve(e.problem.challenge, progress)
      }
    }
  } finally {
    progress(null)
  }
}

const LONG = 60_000

export const form = async (sitting: string): Promise<Form> => (await api.call('get', '/api/v1/enrolments/{sitting}', { path: { sitting } })).data
export const announcements = async (): Promise<Announcement[]> => (await api.call('get', '/api/v1/announcements', {})).data
export const send = (sitting: string, body: Send, progress: (share: number | null) => void): Promise<Status> =>
  worked(async (solution) => (await api.call('post', '/api/v1/enrolments/{sitting}', { path: { sitting }, body: solution ? { ...body, solution } : body, timeoutMs: LONG })).data, progress)
export const look = (number: string, idNumber: string, progress: (share: number | null) => void): Promise<Status> =>
  worked(async (solution) => (await api.call('post', '/api/v1/enrolment-status', { body: { number, idNumber, ...(solution ? { solution } : {}) } })).data, progress)

export interface Said { title: string; detail: string; fields: Record<string, string>; number: string }

/** What a failure says: a sentence, and what is wrong with single fields. */
export function said(e: unknown): Said {
  if (e instanceof ProblemError) {
    const p = e.problem
    const wait = p.status === 429 ? t('wait', { n: Math.max(1, p.retryAfterSeconds ?? 30) }) : ''
    return { title: p.title, detail: [wait || (p.detail ?? '')].join(' '), fields: Object.fromEntries((p.errors ?? []).map((x) => [x.pointer.split('/')[1] ?? '', x.detail])), number: p.requestId }
  }
  return { title: t('failed'), detail: e instanceof NetworkError ? t(`network.${e.reason}`) : '', fields: {}, number: '' }
}
