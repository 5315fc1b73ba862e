import type { components } from '../contract.gen'

export type Problem = components['schemas']['Problem']

const urn = 'urn:gongyuan:problem:'

/** Every problem type the server sends. A type only: the candidate's page has no room for the words that it never compares. */
export type ProblemType =
  | 'invalid-login' | 'too-many-attempts' | 'unauthenticated' | 'forbidden' | 'not-found' | 'invalid' | 'malformed'
  | 'too-large' | 'not-open-yet' | 'too-late-to-start' | 'rules-not-accepted' | 'taken-over' | 'seq-gap'
  | 'seq-conflict' | 'attempt-closed' | 'after-deadline' | 'not-durable' | 'not-started' | 'not-submitted' | 'busy'
  | 'unavailable' | 'not-released' | 'not-sealed' | 'no-theory' | 'conflict' | 'wrong-state' | 'nobody-registered' | 'shortage' | 'not-ready'
  | 'author-approves' | 'item-conflict' | 'item-stage' | 'key-change' | 'item-unfit' | 'score-locked'
  | 'score-incomplete' | 'candidate-absent' | 'already-appointed' | 'second-person' | 'start-code' | 'seb-required' | 'address-refused'
  | 'page-locked' | 'moved-away' | 'internal'

/** The type of a problem; what is none of ours counts as internal. */
export function problemType(type: string): ProblemType {
  return type.startsWith(urn) ? (type.slice(urn.length) as ProblemType) : 'internal'
}

/** The server answered, and said what is wrong. */
export class ProblemError extends Error {
  readonly kind = 'problem'
  readonly type: ProblemType
  constructor(readonly problem: Problem) {
    super(problem.title)
    this.type = problemType(problem.type)
  }
}

/**
 * No answer of the server: nothing came back in time (`timeout`), nothing at
 * all (`unreachable`), or something else than our server answered (`gateway`).
 * Whether the request was carried out is not known.
 */
export class NetworkError extends Error {
  readonly kind = 'network'
  constructor(readonly reason: 'timeout' | 'unreachable' | 'gateway') {
    super(reason)
  }
}

export type ApiError = ProblemError | NetworkError

export function isApiError(e: unknown): e is ApiError {
  return e instanceof ProblemError || e instanceof NetworkError
}

/** The problem's type, or undefined for any other failure. */
export function typeOf(e: unknown): ProblemType | undefined {
  return e instanceof ProblemError ? e.type : undefined
}
