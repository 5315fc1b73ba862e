// A small stand-in for the server, to develop the candidate page with: it
// speaks the contract from memory and keeps the ledger's rules, nothing else.
// node e2e/mock.mjs [port], then sign in with DEMO0001 and 11010519491231002X.
// POST /mock with JSON changes its manners: see `manners` below.
import { createCipheriv, createHash, randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url)
const urn = 'urn:gongyuan:problem:'

const titles = {
  'invalid-login': [401, '登录信息不对', '请核对后再试。'],
  'too-many-attempts': [429, '尝试次数太多', '请过一会儿再试。'],
  unauthenticated: [401, '没有登录或登录已过期', '请重新登录。'],
  'not-found': [404, '没有找到', ''],
  invalid: [422, '填写有误', ''],
  'not-open-yet': [409, '还没到开考时间', '请等候。'],
  'too-late-to-start': [409, '已过允许进入的时间', '请举手告诉监考员。'],
  'taken-over': [409, '考试已在另一台电脑上继续', '本页只能查看。'],
  'seq-gap': [409, '中间有作答没有送到', ''],
  'seq-conflict': [409, '服务器的记录与本机不同', ''],
  'attempt-closed': [409, '已经收卷', ''],
  'after-deadline': [409, '截止时间已过', ''],
  'not-submitted': [409, '还没有交卷', ''],
  'not-released': [409, '成绩还没有公布', ''],
  unavailable: [503, '服务暂时不可用', ''],
  busy: [429, '服务器正忙', ''],
}

class Refusal extends Error {
  constructor(type, more = {}) {
    super(type)
    this.type = type
    this.more = more
  }
}

const option = (texts) => texts.map((text, i) => ({ letter: 'ABCDEFGH'[i], text }))
const bank = {
  B: ['某单位保卫管理员在重点部位例行检查时发现，视频监控存储设备报警，近 7 日录像无法调阅。按照“先控制、后处置”的要求，应当首先采取的做法是（　　）。',
    ['立即加派人员对该部位值守、巡查并做好记录，同时报修', '等设备供应商下次例行维护时一并处理，期间维持原有巡查安排不变', '清除报警记录并重启设备，恢复后不再上报', '先向全体员工通报故障，提醒各部门自行看管财物']],
  G: ['重点部位的人防措施包括（　　）。', ['定时巡查并记录', '双人值守', '只安装监控而无人值守', '出入登记', '钥匙分人保管']],
  C: ['保卫管理员发现火情时，应当先组织人员疏散，再报警。（　　）', ['正确', '错误']],
}

/** A paper of all types; `size` multiplies the three common ones. */
export function paper(size) {
  const sections = []
  const slots = []
  const add = (type, count, points, make) => {
    sections.push({ type, count, points, rule: 'all-or-nothing' })
    for (let i = 0; i < count; i++) {
      slots.push({ number: slots.length + 1, section: sections.length - 1, type, points, options: [], blanks: 0, ...make(i) })
    }
  }
  for (const type of ['B', 'G', 'C']) add(type, { B: 10, G: 4, C: 6 }[type] * size, 50, () => ({ stem: bank[type][0], options: option(bank[type][1]) }))
  add('T', 2, 100, () => ({ stem: '视频监控录像的保存时间一般不少于（　　）日，重点部位的值守不少于（　　）人。', blanks: 2 }))
  add('D', 1, 500, () => ({ stem: '简述巡查记录应当写明哪些内容。' }))
  add('W', 1, 1500, () => ({ stem: '结合本单位实际，论述如何把人防、物防和技防结合起来。' }))
  add('E', 2, 300, (i) => ({
    type: i === 0 ? 'B' : 'D', part: i + 1, options: i === 0 ? option(['先切断电源', '先疏散人员', '先报告领导', '先抢救设备']) : [],
    situation: '某研究所夜间值班时，门卫发现配电间冒烟。值班保卫管理员赶到后，发现烟雾报警器没有响，走廊的应急灯也没有亮。\n楼内三层还有两名加班人员。附近的消火栓被货物挡住，值班室的备用钥匙不在原处。',
    stem: i === 0 ? '到场后应当首先（　　）。' : '指出这个单位在平时管理中的问题，并说明怎样改正。',
  }))
  return { sections, slots }
}

export function createMock(settings = {}) {
  const manners = {
    openInMs: -60_000, // the window opens so long after the start of the mock
    closesInMs: 4 * 3600_000,
    minutes: 90,
    extraMinutes: 10,
    lateEntryMs: 0,
    size: 10,
    delayMs: 0, // before each answer
    durable: true, // false: answers 202 and keeps nothing for good until it is true again
    refuseOps: '', // a problem type for each save
    conflictAt: 0, // answers seq-conflict from this sequence on
    tokenSeconds: 600,
    noSession: false, // refuses every token and every renewal
    extendMs: 0, // moves the deadline, with the next version
    reason: '', // collects with this reason
    resultVisible: false,
    papersAhead: false,
    badSeal: false, // what was sealed does not open
    noStream: false, // refuses the stream, as a proxy that breaks streams would
    away: false, // cuts every connection for answers, beats and streams
    drop: 0, // so many answers are lost after the work was done
    ...settings,
  }
  const started = Date.now()
  const candidates = new Map([
    ['DEMO0001', { id: '11010519491231002X', name: '王甲' }],
    ...Array.from({ length: 29 }, (_, i) => [`DEMO${String(i + 2).padStart(4, '0')}`, { id: '440524188001010014', name: `考生${i + 2}` }]),
  ])
  const sessions = new Map() // refresh token → admission
  const access = new Map() // access token → { admission, until }
  const attempts = new Map()
  const streams = new Set() // { a, epoch, res }
  const log = []
  let deadlineVersion = 1

  const attemptOf = (admission) => {
    let a = attempts.get(admission)
    if (!a) attempts.set(admission, a = { id: `att-${admission}`, admission, state: 'ready', epoch: 0, device: null, start: 0, applied: 0, durable: 0, ops: [], contents: new Map(), answers: new Map(), late: [], receipt: null, pausedAt: 0, moreMs: 0, version: 1, why: '', key: randomBytes(32) })
    return a
  }
  const deadlineOf = (a) => a.moreMs + (a.pausedAt ? Date.now() - a.pausedAt : 0) + Math.min(a.start + (manners.minutes + manners.extraMinutes) * 60_000, started + manners.closesInMs + manners.extraMinutes * 60_000) + manners.extendMs
  const clockOf = (a, explained = true) => ({
    serverNow: new Date().toISOString(), deadline: new Date(deadlineOf(a)).toISOString(), deadlineVersion: deadlineVersion + (manners.extendMs ? 1 : 0) + a.version - 1, ...(a.pausedAt ? { pausedSince: new Date(a.pausedAt).toISOString() } : {}),
    ...(explained ? { explanation: `时长 ${manners.minutes} 分钟${manners.extraMinutes ? `，个人延时 ${manners.extraMinutes} 分钟` : ''}${manners.extendMs ? '，考场补时 10 分钟' : ''}${a.why}` } : {}),
  })
  const empty = (r) => !(r.choice?.length) && !(r.text?.some((x) => x !== ''))
  const close = (a, manner, reason) => {
    a.state = 'closed'
    const answered = [...a.answers.values()].filter((x) => !empty(x.response)).length
    const digest = createHash('sha256').update(JSON.stringify([...a.answers.entries()].sort((x, y) => x[0] - y[0]))).digest('hex').slice(0, 12).toUpperCase()
    a.receipt = { attempt: a.id, submittedAt: new Date(Math.min(Date.now(), deadlineOf(a))).toISOString(), manner, ...(reason ? { reason } : {}), answered, total: paper(manners.size).slots.length, code: digest.replace(/(....)(?=.)/g, '$1 ') }
  }
  const due = (a) => { if (a.state === 'running' && Date.now() > deadlineOf(a) + 3_000) close(a, 'deadline') }

  // What staff order about time, for everybody, pushed to the open pages.
  const minute = 60_000
  const orders = {
    extend: (a, n) => { a.moreMs += n * minute; a.why += `，考场补时 ${n} 分钟` },
    pause: (a) => { a.pausedAt = Date.now(); a.state = 'paused' },
    resume: (a) => { a.moreMs += Date.now() - a.pausedAt; a.pausedAt = 0; a.state = 'running'; a.why += '，暂停的时间已补' },
    reopen: (a, n) => { a.state = 'running'; a.receipt = null; a.moreMs += Math.max(0, Date.now() - deadlineOf(a)) + n * minute; a.why += `，重新开放 ${n} 分钟` },
  }
  const fits = { extend: ['running', 'paused'], pause: ['running'], resume: ['paused'], reopen: ['closed'] }
  function order(kind, n = 0) {
    for (const a of attempts.values()) {
      if (!fits[kind].includes(a.state)) continue
      orders[kind](a, n)
      a.version++
      push(a)
    }
  }
  const event = (name, data) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
  const beatOf = (a) => ({ state: a.state, clock: clockOf(a) })
  function push(a) {
    for (const s of streams) if (s.a === a && s.epoch === a.epoch) s.res.write(event('beat', beatOf(a)))
  }
  function outdo(a) {
    for (const s of streams) {
      if (s.a !== a || s.epoch >= a.epoch) continue
      s.res.end(event('taken-over', { type: `${urn}taken-over`, title: titles['taken-over'][1], status: 409, device: a.device.deviceLabel, requestId: randomUUID() }))
    }
  }
  const alive = setInterval(() => { for (const s of streams) s.res.write(': alive\n\n') }, 15_000)
  alive.unref()

  function sealedPaper(a) {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', a.key, iv)
    cipher.setAAD(Buffer.from(manners.badSeal ? 'another' : a.id))
    return Buffer.concat([iv, cipher.update(gzipSync(JSON.stringify(paper(manners.size)))), cipher.final(), cipher.getAuthTag()])
  }

  const session = (admission) => {
    const token = randomUUID()
    access.set(token, { admission, until: Date.now() + manners.tokenSeconds * 1000 })
    const c = candidates.get(admission)
    return { accessToken: token, expiresAt: new Date(Date.now() + manners.tokenSeconds * 1000).toISOString(), serverNow: new Date().toISOString(), audience: 'candidate', subject: admission, name: c.name, roles: ['candidate'] }
  }

  function candidateExam(admission) {
    const a = attemptOf(admission)
    due(a)
    const now = Date.now()
    const c = candidates.get(admission)
    const opens = started + manners.openInMs
    const lateUntil = manners.lateEntryMs ? opens + manners.lateEntryMs : 0
    const mayStart = a.state === 'running' || a.state === 'paused' ? 'now' : a.state === 'closed' || now > started + manners.closesInMs ? 'closed' : now < opens ? 'not-yet' : lateUntil && now > lateUntil ? 'too-late' : 'now'
    const p = paper(manners.size)
    return {
      candidate: { name: c.name, idMasked: `${c.id.slice(0, 4)}**********${c.id.slice(-4)}` },
      exam: {
        title: '2026 年第四季度认定（示例）', occupation: '保卫管理员', levelTitle: '三级/高级工', opens: new Date(opens).toISOString(), closes: new Date(started + manners.closesInMs).toISOString(),
        ...(lateUntil ? { lateUntil: new Date(lateUntil).toISOString() } : {}), durationMinutes: manners.minutes, slotCount: p.slots.length, total: 10000, state: 'open', sample: true, ...(manners.papersAhead ? { papersAhead: true } : {}),
      },
      registration: { admission, room: '03', seat: '17', extraMinutes: manners.extraMinutes },
      attempt: { id: a.id, state: a.state }, mayStart, serverNow: new Date().toISOString(),
    }
  }

  function enter(a, body) {
    due(a)
    if (a.state === 'closed') throw new Refusal('attempt-closed')
    if (a.state === 'ready') {
      const { mayStart } = candidateExam(a.admission)
      if (mayStart === 'not-yet') throw new Refusal('not-open-yet')
      if (mayStart !== 'now') throw new Refusal('too-late-to-start')
      a.state = 'running'
      a.start = Date.now()
    }
    const previous = a.device ? { epoch: a.epoch, sameDevice: a.device.deviceId === body.deviceId, label: a.device.deviceLabel } : undefined
    a.device = body
    a.epoch++
    a.applied = a.durable = 0
    a.contents = new Map()
    outdo(a)
    const sent = body.hasSealedPaper && manners.papersAhead ? { paperKey: a.key.toString('base64') } : { paper: paper(manners.size) }
    return { attempt: a.id, epoch: a.epoch, ...sent, answers: [...a.answers.entries()].map(([slot, x]) => ({ slot, ...x })), ...(previous ? { previous } : {}), clock: clockOf(a) }
  }

  function ops(a, body) {
    due(a)
    if (manners.refuseOps) throw new Refusal(manners.refuseOps, manners.refuseOps === 'busy' ? { retryAfterSeconds: 1 } : {})
    if (body.epoch !== a.epoch) throw new Refusal('taken-over', { device: a.device.deviceLabel })
    const first = body.ops[0].seq
    for (const op of body.ops) {
      if (manners.conflictAt && op.seq >= manners.conflictAt) throw new Refusal('seq-conflict', { expectedSeq: op.seq })
      const before = a.contents.get(op.seq)
      if (before && before !== JSON.stringify([op.slot, op.response, op.flagged])) throw new Refusal('seq-conflict', { expectedSeq: op.seq })
    }
    const aside = () => {
      const late = body.ops.filter((op) => op.seq > a.applied && !a.late.some((x) => x.epoch === body.epoch && x.seq === op.seq)).map((op) => ({ epoch: body.epoch, seq: op.seq }))
      a.late.push(...late)
      return { lateKept: late.length }
    }
    if (a.state !== 'running' && a.state !== 'paused') throw new Refusal('attempt-closed', aside())
    if (a.state === 'running' && Date.now() > deadlineOf(a) + 3_000) throw new Refusal('after-deadline', aside())
    if (first > a.applied + 1) throw new Refusal('seq-gap', { expectedSeq: a.applied + 1 })
    for (const op of body.ops) {
      if (op.seq !== a.applied + 1) continue
      a.contents.set(op.seq, JSON.stringify([op.slot, op.response, op.flagged]))
      a.answers.set(op.slot, { response: op.response, flagged: op.flagged })
      a.applied = op.seq
    }
    if (manners.durable) a.durable = a.applied
    return [manners.durable ? 200 : 202, { appliedSeq: a.applied, durableSeq: a.durable, clock: clockOf(a, false) }]
  }

  function result(a) {
    const p = paper(manners.size)
    const slots = p.slots.map((slot, i) => ({
      slot, response: a.answers.get(slot.number)?.response ?? {}, awarded: i % 3 === 0 ? slot.points : 0, points: slot.points,
      verdict: !a.answers.has(slot.number) ? 'unanswered' : i % 3 === 0 ? 'right' : 'wrong', right: slot.options.length ? ['A'] : ['示例答案'], explanation: '控制现场在前，查明原因在后。',
    }))
    const sections = p.sections.map((s) => ({ type: s.type, awarded: Math.round(s.count * s.points * 0.6), full: s.count * s.points, right: Math.round(s.count * 0.6), slots: s.count }))
    return { receipt: receiptOf(a), result: { awarded: 5950, full: 10000, pass: 6000, passed: false, complete: true, sections }, explained: true, slots }
  }
  const receiptOf = (a) => ({ ...a.receipt, late: a.late.length, resultVisible: manners.resultVisible })

  async function handle(req, body, cookies) {
    const url = new URL(req.url, 'http://x')
    const path = url.pathname
    if (path === '/mock') {
      Object.assign(manners, body)
      if (body.noSession) access.clear()
      if (body.collect) {
        for (const a of attempts.values()) {
          if (a.state !== 'running' && a.state !== 'paused') continue
          a.pausedAt = 0
          close(a, 'collected', body.collect)
          push(a)
        }
      }
      if (body.order) order(body.order, body.minutes)
      return [200, { manners, log, streams: streams.size, attempts: [...attempts.values()].map((a) => ({ ...a, answers: [...a.answers], contents: undefined, key: undefined })) }]
    }
    if (path === '/api/v1/auth/candidate') {
      const c = candidates.get(body.admission)
      if (!c || c.id !== body.idNumber) throw new Refusal('invalid-login')
      manners.noSession = false
      const refresh = randomUUID()
      sessions.set(refresh, body.admission)
      return [200, session(body.admission), refresh]
    }
    if (path === '/api/v1/auth/refresh') {
      const admission = sessions.get(cookies.gongyuan_candidate)
      if (!admission || manners.noSession) throw new Refusal('unauthenticated')
      return [200, session(admission), cookies.gongyuan_candidate]
    }
    if (path === '/api/v1/auth/logout') {
      sessions.delete(cookies.gongyuan_candidate)
      return [204, undefined, '']
    }
    const token = access.get((req.headers.authorization ?? '').replace('Bearer ', ''))
    if (!token || token.until < Date.now() || manners.noSession) throw new Refusal('unauthenticated')
    if (path === '/api/v1/candidate/exam') return [200, candidateExam(token.admission)]
    const a = attemptOf(token.admission)
    if (/^\/api\/v1\/attempts\/[^/]+\/(notices|calls)$/.test(path)) return [200, { notices: [], calls: [] }]
    if (/^\/api\/v1\/attempts\/[^/]+\/signals$/.test(path)) return [204, undefined, '']
    const [, id, verb] = /^\/api\/v1\/attempts\/([^/]+)\/([\w-]+)$/.exec(path) ?? []
    if (id !== a.id) throw new Refusal('not-found')
    if (verb === 'enter') return [200, enter(a, body)]
    if (verb === 'events') {
      if (manners.noStream) throw new Refusal('unavailable')
      const epoch = Number(url.searchParams.get('epoch'))
      if (epoch < a.epoch) throw new Refusal('taken-over', { device: a.device.deviceLabel })
      return [200, { stream: { a, epoch } }]
    }
    if (verb === 'sealed-paper') {
      if (!manners.papersAhead) throw new Refusal('not-found')
      return [200, sealedPaper(a)]
    }
    if (verb === 'ops') return ops(a, body)
    if (verb === 'beat') {
      due(a)
      if (body.epoch !== a.epoch && a.state !== 'closed') throw new Refusal('taken-over', { device: a.device.deviceLabel })
      return [200, beatOf(a)]
    }
    if (verb === 'submit') {
      due(a)
      if (a.receipt) return [200, receiptOf(a)]
      if (body.epoch !== a.epoch) throw new Refusal('taken-over', { device: a.device.deviceLabel })
      if (body.lastSeq > a.applied) throw new Refusal('seq-gap', { expectedSeq: a.applied + 1 })
      close(a, 'candidate')
      return [200, receiptOf(a)]
    }
    if (verb === 'receipt') {
      due(a)
      if (!a.receipt) throw new Refusal('not-submitted')
      return [200, receiptOf(a)]
    }
    if (verb === 'result') {
      if (!a.receipt || !manners.resultVisible) throw new Refusal('not-released')
      return [200, result(a)]
    }
    throw new Refusal('not-found')
  }

  const kinds = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', json: 'application/json' }
  const server = createServer(async (req, res) => {
    const chunks = []
    for await (const c of req) chunks.push(c)
    const text = Buffer.concat(chunks).toString()
    res.setHeader('Content-Security-Policy', "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
    if (!req.url.startsWith('/api/') && req.url !== '/mock') {
      const name = req.url.split('?')[0] === '/' ? 'index.html' : req.url.split('?')[0].slice(1)
      try {
        const file = await readFile(new URL(name, dist))
        res.setHeader('Content-Type', kinds[name.split('.').pop()] ?? 'application/octet-stream')
        res.end(file)
      } catch {
        res.writeHead(404).end()
      }
      return
    }
    const cookies = Object.fromEntries((req.headers.cookie ?? '').split('; ').filter(Boolean).map((c) => c.split('=')))
    if (manners.delayMs && req.url !== '/mock') await new Promise((r) => setTimeout(r, manners.delayMs))
    const json = (status, value, cookie) => {
      if (cookie !== undefined) res.setHeader('Set-Cookie', `gongyuan_candidate=${cookie}; Path=/api/v1/auth; HttpOnly; SameSite=Strict; Max-Age=${cookie ? 43200 : 0}`)
      res.setHeader('Content-Type', status >= 400 ? 'application/problem+json' : 'application/json')
      res.writeHead(status).end(value === undefined ? undefined : JSON.stringify(value))
    }
    if (manners.away && /\/(ops|beat|events|receipt|submit|enter)\b/.test(req.url)) {
      req.socket.destroy()
      return
    }
    try {
      const body = text ? JSON.parse(text) : {}
      const [status, value, cookie] = await handle(req, body, cookies)
      log.push([req.method, req.url, status])
      if (manners.drop > 0 && req.url.startsWith('/api/')) {
        manners.drop--
        req.socket.destroy()
        return
      }
      if (value?.stream) {
        res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
        const mine = { ...value.stream, res }
        streams.add(mine)
        res.on('close', () => streams.delete(mine))
        res.write(event('beat', beatOf(mine.a)))
        return
      }
      if (Buffer.isBuffer(value)) {
        res.writeHead(status, { 'Content-Type': 'application/octet-stream' }).end(value)
        return
      }
      json(status, value, cookie)
    } catch (e) {
      if (!(e instanceof Refusal)) console.error(e)
      const type = e instanceof Refusal ? e.type : 'internal'
      log.push([req.method, req.url, type])
      const [status, title, detail] = titles[type] ?? [500, '服务器出错', '请稍后再试。']
      json(status, { type: urn + type, title, status, detail, requestId: randomUUID(), ...(e.more ?? {}) })
    }
  })

  return {
    manners,
    order,
    log,
    attempts,
    streams,
    /** Cuts what is open, as an unplugged cable would. */
    cut: () => server.closeAllConnections(),
    async listen(port = 0) {
      await new Promise((done) => server.listen(port, '127.0.0.1', done))
      return `http://127.0.0.1:${server.address().port}`
    },
    close: () => new Promise((done) => { clearInterval(alive); server.closeAllConnections(); server.close(done) }),
    /** What GONGYUAN_DEMO describes, for this mock. */
    demo: (url) => ({ url, candidates: [...candidates].map(([admission, c]) => ({ admission, idNumber: c.id, name: c.name, level: 3 })), staff: [] }),
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const mock = createMock()
  console.log(await mock.listen(Number(process.argv[2] ?? 8090)))
}
