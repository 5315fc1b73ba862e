// The part of the stand-in that has to do with time: orders, incidents, files of
// answers and late answers. It is no specification: the Go server is.
import { createHash } from 'node:crypto'

const min = 60_000
const iso = (ms) => new Date(ms).toISOString()

/** The digest of a file of answers, by the contract. */
export function digestOf(file) {
  const response = (r) => JSON.stringify({ ...(r.choice ? { choice: r.choice } : {}), ...(r.text ? { text: r.text } : {}) })
  const lines = ['gongyuan-answers-1', file.attempt, String(file.epoch), ...file.operations.map((o) => `${o.seq}:${o.slot}:${o.flagged ? 1 : 0}:${o.clientMs}:${response(o.response)}`)]
  return createHash('sha256').update(lines.map((l) => `${l}\n`).join('')).digest('hex')
}

/** Two rooms that were cut off, one that is, one seat, one settled: for a page to look at. */
export function incidentsOf(roster, now) {
  const seat = roster[4]
  return [
    { id: 'i-room-2', scope: { room: '02' }, from: iso(now - 3 * min), seats: 27, proposedMinutes: 0, settled: false },
    { id: 'i-room-1', scope: { room: '01' }, from: iso(now - 20 * min), until: iso(now - 20 * min + 400_000), lostSeconds: 400, seats: 26, proposedMinutes: 7, settled: false },
    { id: 'i-seat', scope: { registration: seat.id }, name: seat.name, seat: seat.seat, from: iso(now - 9 * min), until: iso(now - 8 * min), lostSeconds: 60, seats: 1, proposedMinutes: 1, settled: false },
    { id: 'i-old', scope: { room: '02' }, from: iso(now - 35 * min), until: iso(now - 33 * min), lostSeconds: 95, seats: 25, proposedMinutes: 2, settled: true },
  ]
}

/** Late answers of three candidates, one of them decided. */
export function lateOf(roster, now) {
  const op = (r, seq, slot, answer, current, reason, more = {}) => ({ id: `${r.attempt}:2:${seq}`, epoch: 2, seq, slot, answer, current, clientAt: iso(now - 82 * min + seq * 1000), receivedAt: iso(now - 79 * min + seq * 1000), reason, decision: 'open', ...more })
  const of = (r, operations) => ({ registration: r.id, attempt: r.attempt, admission: r.admission, name: r.name, room: r.room, seat: r.seat, state: 'closed', submittedAt: iso(now - 80 * min), operations })
  return [
    of(roster[2], [op(roster[2], 71, 37, 'A', 'C', 'late'), op(roster[2], 72, 38, 'AC', '', 'late'), op(roster[2], 73, 37, 'B', 'C', 'late')]),
    of(roster[7], [op(roster[7], 90, 112, '', 'B', 'closed'), op(roster[7], 91, 171, '录像记录 / 巡查记录', '录像记录 / 值班表', 'file')]),
    of(roster[11], [op(roster[11], 12, 5, 'D', 'D', 'late', { decision: 'rejected', decidedBy: '考务管理员辛', decidedAt: iso(now - 30 * min), decidedWhy: '答案没有变化' })]),
  ]
}

const FIT = {
  extend: { ready: 'not-started', closed: 'ended' },
  pause: { ready: 'not-started', paused: 'paused-already', closed: 'ended' },
  resume: { ready: 'not-started', running: 'not-paused', closed: 'ended' },
  reopen: { ready: 'not-started', running: 'not-ended', paused: 'not-ended' },
}
const SAID = { 'not-started': '考生还没有进入。', ended: '已经收卷。', 'paused-already': '已经暂停。', 'not-paused': '没有暂停。', 'not-ended': '还没有收卷。', unavailable: '服务器暂时没有办成。' }

function apply(kind, a, minutes, now) {
  a.version = (a.version ?? 0) + 1
  if (kind === 'extend') a.deadline += minutes * min
  if (kind === 'pause') Object.assign(a, { state: 'paused', pausedAt: now })
  if (kind === 'resume') Object.assign(a, { state: 'running', deadline: a.deadline + now - a.pausedAt, pausedAt: undefined, seen: now, silentFor: 0 })
  if (kind === 'reopen') Object.assign(a, { state: 'running', deadline: now + Math.max(0, a.deadline - a.endedAt) + minutes * min, seen: now, silentFor: 0 })
}

function give(state, sitting, mine, user, body) {
  const now = Date.now()
  const log = state.orders.get(sitting.id) ?? []
  state.orders.set(sitting.id, log)
  const inScope = mine.filter(({ r }) => body.scope.all || r.room === body.scope.room || r.id === body.scope.registration)
  let known = log.find((x) => x.order.id === body.id)
  if (!known) {
    known = { order: { id: body.id, kind: body.kind, scope: body.scope, minutes: body.minutes, ...(body.incident ? { incident: body.incident } : {}), reason: body.reason, by: user.name, at: iso(now), count: inScope.length }, done: new Set() }
    log.unshift(known)
  }
  const reached = []
  const refused = []
  for (const { r, a } of inScope) {
    const clock = () => ({ serverNow: iso(now), deadline: iso(a.deadline), deadlineVersion: a.version ?? 0, ...(a.pausedAt ? { pausedSince: iso(a.pausedAt) } : {}) })
    const why = known.done.has(r.id) ? null : a.stuck > 0 ? 'unavailable' : a.started ? FIT[body.kind][a.state] ?? null : 'not-started'
    if (why) {
      if (a.stuck > 0) a.stuck--
      refused.push({ registration: r.id, name: r.name, reason: why, detail: SAID[why] })
      continue
    }
    if (!known.done.has(r.id)) apply(body.kind, a, body.minutes, now)
    known.done.add(r.id)
    reached.push({ registration: r.id, state: a.state, clock: clock() })
  }
  const incident = (state.incidents.get(sitting.id) ?? []).find((i) => i.id === body.incident)
  if (incident) incident.settled = true
  return { order: known.order, reached, refused }
}

function takeIn(state, sitting, x, body, problem) {
  if (body.attempt !== x.r.attempt) return problem(422, 'invalid', '不是这名考生的文件', '请核对座位。')
  if (digestOf(body) !== body.digest) return problem(422, 'invalid', '文件的摘要对不上', '文件不完整或被改过，请重新保存一次。')
  const { r, a } = x
  a.had ??= new Set([1])
  const rest = body.operations.filter((o) => !a.had.has(`${body.epoch}:${o.seq}`) && !(body.epoch === 1 && a.had.has(o.seq)))
  const out = { known: body.operations.length - rest.length, saved: 0, setAside: 0 }
  for (const o of rest) a.had.add(`${body.epoch}:${o.seq}`)
  if (a.state !== 'closed') return { status: 200, body: { ...out, saved: rest.length } }
  const late = state.late.get(sitting.id) ?? []
  state.late.set(sitting.id, late)
  let mine = late.find((l) => l.attempt === r.attempt)
  if (!mine) late.push(mine = { registration: r.id, attempt: r.attempt, admission: r.admission, name: r.name, room: r.room, seat: r.seat, state: 'closed', submittedAt: iso(a.endedAt), operations: [] })
  for (const o of rest) mine.operations.push({ id: `${r.attempt}:${body.epoch}:${o.seq}`, epoch: body.epoch, seq: o.seq, slot: o.slot, answer: o.response.choice?.join('') ?? o.response.text?.join(' / ') ?? '', current: '', clientAt: iso(o.clientMs), receivedAt: iso(Date.now()), reason: 'file', decision: 'open' })
  return { status: 200, body: { ...out, setAside: rest.length } }
}

/** Answers what has to do with time, or undefined for anything else. */
export function serveTime({ state, sitting, mine, user, need, problem, method, rest, body }) {
  if (rest === 'orders') {
    need('administrator', 'invigilator')
    if (method === 'GET') return { status: 200, body: (state.orders.get(sitting.id) ?? []).map((x) => x.order) }
    return { status: 200, body: give(state, sitting, mine, user, body) }
  }
  if (rest === 'incidents') {
    need('administrator', 'invigilator')
    return { status: 200, body: state.incidents.get(sitting.id) ?? [] }
  }
  if (rest === 'late') {
    need('administrator')
    return { status: 200, body: state.late.get(sitting.id) ?? [] }
  }
  const m = /^attempts\/([^/]+)\/(late|answers-file)$/.exec(rest)
  if (!m || method !== 'POST') return undefined
  if (m[2] === 'answers-file') {
    need('administrator', 'invigilator')
    return takeIn(state, sitting, mine.find((x) => x.r.attempt === m[1]), body, problem)
  }
  need('administrator')
  const late = (state.late.get(sitting.id) ?? []).find((l) => l.attempt === m[1])
  if (!late) return problem(404, 'not-found', '没有找到', '可能已被移走，或不属于您。')
  for (const o of late.operations.filter((x) => body.operations.includes(x.id))) {
    if (o.decision !== 'open') return problem(409, 'conflict', '已经决定过', '请重新载入。')
    Object.assign(o, { decision: body.count ? 'counted' : 'rejected', decidedBy: user.name, decidedAt: iso(Date.now()), decidedWhy: body.reason, ...(body.count ? { current: o.answer } : {}) })
  }
  return { status: 200, body: late }
}
