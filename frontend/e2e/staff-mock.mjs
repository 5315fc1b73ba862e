// A stand-in for the server that the staff pages can be looked at with: it
// serves dist under the server's own security headers and answers by the
// contract from memory. It is no specification: the Go server is.
//   node e2e/staff-mock.mjs [port]
import { createHash, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import { incidentsOf, lateOf, serveTime } from './staff-mock-time.mjs'
import { fileURLToPath, pathToFileURL } from 'node:url'

const dist = process.env.GONGYUAN_DIST ? pathToFileURL(`${process.env.GONGYUAN_DIST}/`) : new URL('../dist/', import.meta.url)
const KINDS = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.json': 'application/json' }
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

export const staff = [
  { login: 'admin', password: 'demo-admin', role: 'administrator', name: '考务管理员辛' },
  { login: 'editor', password: 'demo-editor', role: 'editor', name: '命题员丁' },
  { login: 'invigilator', password: 'demo-invigilator', role: 'invigilator', name: '监考员乙' },
  { login: 'examiner', password: 'demo-examiner', role: 'examiner', name: '考评员庚' },
]

const iso = (ms) => new Date(ms).toISOString()
const min = 60_000
const LEVELS = [[3, '三级/高级工', 'Level 3 / Senior Worker'], [2, '二级/技师', 'Level 2 / Technician'], [1, '一级/高级技师', 'Level 1 / Senior Technician']]
const NAMES = '李乙 张丙 赵庚 刘丁 陈戊 杨己 黄辛 郭未 周壬 吴癸 徐子 孙丑 胡寅 朱卯 高辰 林巳 王甲 何午 马申 罗酉 梁戌 韩丙 宋亥 郑甲 谢乙 唐丁 冯戊 于己 董庚 欧阳司徒晓明'.split(' ')

function problem(status, type, title, detail, more = {}) {
  return { status, body: { type: `urn:gongyuan:problem:${type}`, title, status, detail, requestId: randomUUID(), ...more } }
}

function identityFault(n) {
  const w = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  if (!/^\d{17}[\dX]$/.test(n)) return true
  return '10X98765432'[w.reduce((s, x, i) => s + x * Number(n[i]), 0) % 11] !== n[17]
}

export function createState() {
  const now = Date.now()
  const blueprints = [
    { id: 'theory-3', bank: 'bwgly-3', title: '三级理论（示例）', durationMinutes: 90, total: 10000, sections: [{ type: 'B', count: 100, points: 50 }, { type: 'G', count: 40, points: 50 }, { type: 'C', count: 60, points: 50 }] },
    { id: 'theory-2', bank: 'bwgly-2', title: '二级理论（示例）', durationMinutes: 120, total: 10000, sections: [{ type: 'B', count: 60, points: 50 }, { type: 'G', count: 40, points: 100 }, { type: 'T', count: 10, points: 100 }, { type: 'D', count: 2, points: 1000 }] },
  ]
  const stems = ['视频监控系统由前端采集、传输、控制、显示和（　　）部分组成。', '出入口处的视频监控画面，应当能够清楚辨认进出人员的（　　）。', '视频监控系统的录像存储时间，应当满足管理制度规定。对列为治安保卫重点部位的区域，下列管理做法正确的是（　　）。', '值班员发现火情后，应当先报警，再报告值班负责人。', '巡逻记录应当至少包括时间、路线、发现的情况和（　　）。']
  const items = Array.from({ length: 1204 }, (_, i) => {
    const type = 'BGCBT'[i % 5]
    const range = 'ABCDEFG'[i % 7]
    const code = `${type}-${range}-${'AB'[i % 2]}-${'ABC'[i % 3]}-${String(1 + (i % 40)).padStart(3, '0')}-${String(1 + Math.floor(i / 40)).padStart(3, '0')}`
    return { id: `bwgly-3/${code}`, code, type, point: `${range}-${'AB'[i % 2]}-${'ABC'[i % 3]}-${String(1 + (i % 40)).padStart(3, '0')}`, status: ['published', 'published', 'published', 'in-review', 'approved', 'draft', 'retired'][i % 7 === 3 ? i % 7 : i % 11 === 5 ? 5 : i % 13 === 6 ? 6 : i % 17 === 4 ? 4 : 0], difficulty: 1 + (i % 5), stem: stems[i % stems.length], revision: 1 + (i % 4) }
  })
  const state = { blueprints, items, sittings: [], rosters: new Map(), attempts: new Map(), orders: new Map(), incidents: new Map(), late: new Map(), calls: [], tokens: new Map(), cookies: new Map(), down: false, slow: 0, deaf: 0 }
  const seed = (s, n) => {
    const id = randomUUID()
    const sealed = s.state !== 'draft'
    state.sittings.push({
      id, level: 3, levelTitle: '三级/高级工', blueprintId: 'theory-3', blueprintTitle: '三级理论（示例）', durationMinutes: 90, lateEntryMinutes: 0, release: 'after-release', explain: true, papersAhead: false, oneSealer: true,
      version: 3, registrations: n, secretDigest: sealed ? createHash('sha256').update(id).digest('hex') : '', ...(sealed ? { sealedAt: iso(now - 60 * min), sealedBy: 'admin' } : {}), ...s,
    })
    state.rosters.set(id, Array.from({ length: n }, (_, i) => registration(state, { name: NAMES[i % NAMES.length], room: String(1 + Math.floor(i / 30)).padStart(2, '0'), seat: String(1 + (i % 30)).padStart(2, '0'), extraMinutes: i % 11 === 2 ? 15 : 0 }, i, sealed)))
    if (sealed) prepare(state, id, s.state)
    return id
  }
  seed({ title: '保卫管理员 三级/高级工 理论知识考试 2026年10月（示例）', state: 'released', opens: iso(now - 40 * 1440 * min), closes: iso(now - 40 * 1440 * min + 120 * min) }, 30)
  seed({ title: '保卫管理员 三级/高级工 理论知识考试 2026年11月（示例）', state: 'closed', opens: iso(now - 200 * min), closes: iso(now - 80 * min) }, 120)
  seed({ title: '保卫管理员 三级/高级工 理论知识考试，03 考场（示例）', state: 'open', opens: iso(now - 42 * min), closes: iso(now + 78 * min), release: 'at-once', papersAhead: true }, 60)
  seed({ title: '保卫管理员 三级/高级工 理论知识考试，12月6日（示例）', state: 'sealed', opens: iso(now + 14 * 1440 * min), closes: iso(now + 14 * 1440 * min + 120 * min) }, 12)
  seed({ title: '保卫管理员 二级/技师 理论知识考试（示例）', state: 'draft', level: 2, levelTitle: '二级/技师', blueprintId: 'theory-2', blueprintTitle: '二级理论（示例）', opens: iso(now + 21 * 1440 * min), closes: iso(now + 21 * 1440 * min + 150 * min), durationMinutes: 120, lateEntryMinutes: 15 }, 0)
  seed({ title: '保卫管理员 三级/高级工 补考（示例）', state: 'draft', opens: iso(now + 30 * 1440 * min), closes: iso(now + 30 * 1440 * min + 120 * min), lateEntryMinutes: 30 }, 14)
  const [, over, open] = state.sittings
  state.incidents.set(open.id, incidentsOf(state.rosters.get(open.id), now))
  state.late.set(over.id, lateOf(state.rosters.get(over.id), now))
  return state
}

function registration(state, c, i, sealed) {
  return { id: randomUUID(), admission: c.admission ?? `2612063${String(1000000 + state.rosters.size * 10007 + i * 137).slice(-7)}`, name: c.name, idMasked: c.idNumber ? `${c.idNumber.slice(0, 4)}**********${c.idNumber.slice(-4)}` : `1101**********${String(1000 + i * 37).slice(-4)}`, room: c.room, seat: c.seat, extraMinutes: c.extraMinutes ?? 0, attempt: sealed ? randomUUID() : '' }
}

function prepare(state, id, sittingState) {
  for (const [i, r] of state.rosters.get(id).entries()) {
    r.attempt ||= randomUUID()
    const over = sittingState === 'closed' || sittingState === 'released'
    const started = sittingState !== 'sealed' && i % 15 !== 14
    state.attempts.set(r.attempt, { sitting: id, registration: r, state: !started ? (over ? 'closed' : 'ready') : over || (sittingState === 'open' && i % 13 === 12) ? 'closed' : 'running', started, answered: started ? 40 + ((i * 37) % 160) : 0, silentFor: sittingState === 'open' && (i === 7 || i === 20) ? 60_000 + i * 9_000 : (i % 9) * 1_000, seen: Date.now(), ...(started ? { deadline: Date.parse(state.sittings.find((x) => x.id === id).opens) + (90 + r.extraMinutes) * min, endedAt: Date.now() - 4 * min } : {}), manner: i % 5 === 0 ? 'deadline' : 'candidate' })
  }
}

function paperOf(i) {
  const slots = []
  const add = (section, type, points, n) => {
    for (let k = 0; k < n; k++) {
      const number = slots.length + 1
      const options = type === 'C' ? [{ letter: 'A', text: '正确' }, { letter: 'B', text: '错误' }] : type === 'T' || type === 'D' ? [] : [...'ABCD'].map((letter, j) => ({ letter, text: ['存储设备满后由值班员自行删除旧录像', '发生案件后再检查录像是否完整', '定期抽查录像完整性并留存检查记录', '将录像外发给施工单位长期保管'][j] }))
      const h = (i * 31 + number * 17) % 10
      const waiting = type === 'D' && i % 4 === 1
      const verdict = waiting ? 'waiting' : h < 6 ? 'right' : h === 6 ? 'unanswered' : h === 7 && (type === 'G' || type === 'T') ? 'partial' : 'wrong'
      const right = type === 'G' ? ['A', 'C'] : type === 'T' ? ['录像记录', '巡查记录'] : type === 'D' ? [] : ['C'].map((x) => (type === 'C' ? 'A' : x))
      const awarded = verdict === 'right' ? points : verdict === 'partial' ? points / 2 : 0
      const response = verdict === 'unanswered' ? {} : type === 'T' ? { text: verdict === 'right' ? right : ['录像记录', '值班表'] } : type === 'D' ? { text: ['先报警，再疏散人员，同时报告值班负责人，保护现场并做好记录。'] } : { choice: verdict === 'right' ? right : verdict === 'partial' ? ['A'] : [type === 'C' ? 'B' : 'D'] }
      slots.push({ slot: { number, section, type, points, stem: `${['视频监控系统的录像存储时间，应当满足管理制度规定。对列为治安保卫重点部位的区域，下列管理做法正确的是（　　）。', '值班员发现火情后，应当先报警，再报告值班负责人。', '巡逻记录应当至少包括（　　）和（　　）。'][type === 'C' ? 1 : type === 'T' ? 2 : 0]}`, options, blanks: type === 'T' ? 2 : type === 'D' ? 1 : 0, ...(type === 'D' ? { situation: '某商场营业期间，仓库烟感报警，值班员到场发现明火。', part: k + 1 } : {}) }, response, awarded, points, verdict, ...(right.length > 0 ? { right } : {}) })
    }
  }
  add(0, 'B', 200, 20); add(1, 'G', 200, 10); add(2, 'C', 100, 20); add(3, 'T', 200, 5); add(4, 'D', 500, 2)
  return slots
}

function resultOf(state, a, i) {
  if (!a.started || a.state !== 'closed') return null
  const slots = paperOf(i)
  const sections = ['B', 'G', 'C', 'T', 'D'].map((type, s) => {
    const own = slots.filter((x) => x.slot.section === s)
    return { type, awarded: own.reduce((n, x) => n + x.awarded, 0), full: own.reduce((n, x) => n + x.points, 0), right: own.filter((x) => x.verdict === 'right').length, slots: own.length, waiting: own.filter((x) => x.verdict === 'waiting').length }
  })
  const awarded = sections.reduce((n, s) => n + s.awarded, 0)
  const complete = sections.every((s) => s.waiting === 0)
  return { awarded, full: 10000, pass: 6000, complete, passed: complete && awarded >= 6000, sections }
}

function handle(state, method, path, query, body, token, cookies) {
  const user = state.tokens.get(token)
  const roles = user ? [user.role] : []
  const need = (...list) => {
    if (!user) throw problem(401, 'unauthenticated', '没有登录或登录已过期', '请重新登录。')
    if (!roles.some((r) => list.includes(r))) throw problem(403, 'forbidden', '没有权限', '当前账号不能做这件事。')
  }
  const session = (u) => {
    const t = randomUUID()
    const c = randomUUID()
    state.tokens.set(t, u)
    state.cookies.set(c, u)
    return { status: 200, cookie: `gongyuan_staff=${c}; Path=/api/v1/auth; HttpOnly; SameSite=Strict`, body: { accessToken: t, expiresAt: iso(Date.now() + 15 * min), serverNow: iso(Date.now()), audience: 'staff', subject: u.login, name: u.name, roles: [u.role] } }
  }
  const at = `${method} ${path}`
  if (at === 'POST /api/v1/auth/login') {
    const u = staff.find((x) => x.login === body.login.toLowerCase() && x.password === body.password)
    return u ? session(u) : problem(401, 'invalid-login', '登录信息不对', '请核对后再试。')
  }
  if (at === 'POST /api/v1/auth/refresh') {
    const u = state.cookies.get(cookies.gongyuan_staff)
    return u ? session(u) : problem(401, 'unauthenticated', '没有登录或登录已过期', '请重新登录。')
  }
  if (at === 'POST /api/v1/auth/logout') {
    state.cookies.delete(cookies.gongyuan_staff)
    return { status: 204 }
  }
  if (at === 'GET /api/v1/standard') {
    need('administrator', 'editor', 'examiner', 'invigilator')
    return { status: 200, body: { version: '2020-示例', sample: true, occupationCode: '3-02-02-00', occupation: '保卫管理员', levels: LEVELS.map(([level, zh, en]) => ({ level, title: query.lang === 'en' ? en : zh, components: [{ kind: 'theory', full: 10000, pass: 6000 }] })) } }
  }
  if (at === 'GET /api/v1/banks') {
    need('administrator', 'editor')
    return { status: 200, body: [{ id: 'bwgly-3', title: '保卫管理员 三级 2026', total: 1204, published: 980 }, { id: 'bwgly-2', title: '保卫管理员 二级 2026', total: 12084, published: 11020 }] }
  }
  let m = /^\/api\/v1\/banks\/([^/]+)\/items$/.exec(path)
  if (m && method === 'GET') {
    need('administrator', 'editor')
    const hits = state.items.filter((i) => (!query.type || i.type === query.type) && (!query.range || i.point.startsWith(query.range)) && (!query.difficulty || i.difficulty === Number(query.difficulty)) && (!query.text || i.stem.includes(query.text) || i.code.includes(query.text)))
    const skip = Number(query.skip ?? 0)
    return { status: 200, body: { total: hits.length, items: hits.slice(skip, skip + Number(query.limit ?? 20)) } }
  }
  if (at === 'GET /api/v1/blueprints') {
    need('administrator', 'editor')
    return { status: 200, body: state.blueprints }
  }
  m = /^\/api\/v1\/blueprints\/([^/]+)\/check$/.exec(path)
  if (m && method === 'GET') {
    need('administrator', 'editor')
    return { status: 200, body: m[1] === 'theory-2' ? { feasible: false, shortages: ['F 应急管理，多选题：需要 6 题，可用 4 题，缺 2 题。再发布 2 题，或把这一格减为 4 题。', '简答题：需要 2 题，可用 0 题，缺 2 题。再发布 2 题。'] } : { feasible: true, expected: 7240, shortages: [] } }
  }
  if (at === 'GET /api/v1/filings') {
    need('administrator')
    return { status: 200, body: { filings: [], own: 'none', body: '', today: '2026-11-23' } }
  }
  if (at === 'GET /api/v1/programmes') {
    need('administrator')
    return { status: 200, body: [] }
  }
  if (at === 'GET /api/v1/sittings') {
    need('administrator', 'invigilator', 'examiner')
    const list = [...state.sittings].reverse()
    const skip = Number(query.skip ?? 0)
    return { status: 200, body: { total: list.length, sittings: list.slice(skip, skip + Number(query.limit ?? 50)) } }
  }
  const planErrors = (p) => {
    const errors = []
    if ([...p.title].length < 2) errors.push({ pointer: '/title', detail: '请填写 2 到 80 个字。' })
    if (p.title.includes('重名')) errors.push({ pointer: '/title', detail: '服务器：这个名称不可用。' })
    if (!state.blueprints.some((b) => b.id === p.blueprint)) errors.push({ pointer: '/blueprint', detail: '没有这个组卷方案。' })
    if (Date.parse(p.closes) <= Date.parse(p.opens)) errors.push({ pointer: '/closes', detail: '结束时间要晚于开始时间。' })
    if (errors.length > 0) throw problem(422, 'invalid', '填写有误', '请按每一项的提示修改。', { errors })
  }
  const planned = (p) => ({ title: p.title, level: p.level, levelTitle: LEVELS.find((l) => l[0] === p.level)[1], blueprintId: p.blueprint, blueprintTitle: state.blueprints.find((b) => b.id === p.blueprint).title, opens: p.opens, closes: p.closes, durationMinutes: p.durationMinutes, lateEntryMinutes: p.lateEntryMinutes ?? 0, release: p.release, explain: p.explain, papersAhead: p.papersAhead ?? false, oneSealer: true })
  if (at === 'POST /api/v1/sittings') {
    need('administrator')
    planErrors(body)
    const s = { id: randomUUID(), state: 'draft', version: 1, registrations: 0, secretDigest: '', ...planned(body) }
    state.sittings.push(s)
    state.rosters.set(s.id, [])
    return { status: 201, body: s }
  }
  m = /^\/api\/v1\/sittings\/([^/]+)(?:\/(.+))?$/.exec(path)
  if (!m) return problem(404, 'not-found', '没有找到', '可能已被移走，或不属于您。')
  const [, id, rest = ''] = m
  need('administrator', 'invigilator', 'examiner')
  const s = state.sittings.find((x) => x.id === id)
  if (!s) return problem(404, 'not-found', '没有找到', '可能已被移走，或不属于您。')
  const roster = state.rosters.get(id)
  s.registrations = roster.length
  if (rest === '' && method === 'GET') return { status: 200, body: s }
  if (rest === '' && method === 'PUT') {
    need('administrator')
    planErrors(body)
    if (body.version !== s.version) return problem(409, 'conflict', '别人刚刚改过', '请刷新后再做。')
    Object.assign(s, planned(body), { version: s.version + 1 })
    return { status: 200, body: s }
  }
  if (rest === 'readiness') {
    const line = { check: 'browsers', state: 'block', reason: 'open', name: '', have: 0, need: roster.length, by: [], places: [], detail: '' }
    return { status: 200, body: { at: iso(Date.now()), lines: [line], rooms: [], sample: true, drillDays: 14, checkHours: 72, reasoned: true } }
  }
  if (rest === 'acts' && method === 'POST') {
    need('administrator')
    if (body.version !== s.version) return problem(409, 'conflict', '别人刚刚改过', '请刷新后再做。')
    if (body.act === 'seal' && roster.length === 0) return problem(409, 'nobody-registered', '还没有登记考生', '先登记考生，再封卷。')
    if (body.act === 'seal' && s.blueprintId === 'theory-2') return problem(409, 'shortage', '题库不能满足组卷方案', 'F 应急管理，多选题：需要 6 题，可用 4 题，缺 2 题。')
    s.state = { seal: 'sealed', open: 'open', close: 'closed', release: 'released' }[body.act]
    s.version++
    if (body.act === 'seal') { Object.assign(s, { sealedAt: iso(Date.now()), sealedBy: user.login, secretDigest: createHash('sha256').update(id).digest('hex') }); prepare(state, id, 'sealed') }
    for (const a of state.attempts.values()) if (a.sitting === id && body.act === 'close') Object.assign(a, { state: 'closed', endedAt: Date.now() })
    return { status: 200, body: s }
  }
  if (rest === 'registrations' && method === 'GET') { need('administrator', 'invigilator'); return { status: 200, body: roster } }
  if (rest === 'registrations' && method === 'POST') {
    need('administrator')
    const errors = []
    body.candidates.forEach((c, i) => {
      if (identityFault(c.idNumber)) errors.push({ pointer: `/candidates/${i}/idNumber`, detail: '不是有效的居民身份证号码，请核对 18 位号码。' })
      if (c.name === '同名') errors.push({ pointer: `/candidates/${i}/name`, detail: '这个证件号已登记为另一个姓名，请核对。' })
      if (roster.some((r) => r.room === c.room && r.seat === c.seat)) errors.push({ pointer: `/candidates/${i}/seat`, detail: '本场次中已被占用。' })
    })
    if (errors.length > 0) return problem(422, 'invalid', '填写有误', '请按每一项的提示修改。', { errors })
    const added = body.candidates.map((c, i) => registration(state, c, roster.length + i, false))
    roster.push(...added)
    s.version++
    s.registrations = roster.length
    return { status: 201, body: added }
  }
  m = /^registrations\/([^/]+)$/.exec(rest)
  if (m && method === 'DELETE') {
    need('administrator')
    state.rosters.set(id, roster.filter((r) => r.id !== m[1]))
    s.version++
    return { status: 204 }
  }
  const mine = roster.map((r, i) => ({ r, i, a: state.attempts.get(r.attempt) })).filter((x) => x.a)
  if (rest === 'progress') {
    need('administrator', 'invigilator')
    const now = Date.now()
    const rows = mine.map(({ r, a }) => ({
      registration: r.id, attempt: r.attempt, admission: r.admission, name: r.name, room: r.room, seat: r.seat, state: a.state, answered: a.answered, total: 200,
      ...(a.started ? { lastSeen: iso(a.silentFor > 45_000 ? a.seen - a.silentFor : now - a.silentFor), deadline: iso(a.deadline) } : {}),
    }))
    return { status: 200, body: { serverNow: iso(now), ready: rows.filter((r) => r.state === 'ready').length, running: rows.filter((r) => r.state === 'running').length, paused: rows.filter((r) => r.state === 'paused').length, closed: rows.filter((r) => r.state === 'closed').length, rows } }
  }
  if (rest === 'board') {
    need('administrator', 'invigilator')
    const now = Date.now()
    const seats = mine.map(({ r, a }) => {
      const lost = a.started && a.state === 'running' && a.silentFor > 45_000
      const phase = a.state === 'ready' ? 'away' : a.state === 'running' ? (lost ? 'lost' : 'answering') : a.state === 'paused' ? 'paused' : 'submitted'
      return {
        registration: r.id, attempt: r.attempt, admission: r.admission, name: r.name, room: r.room, seat: r.seat, phase, state: a.state, answered: a.answered, total: 200, help: 0, unread: 0, warned: 0,
        ...(a.started ? { deadline: iso(a.deadline) } : {}), ...(lost ? { lostSince: iso(a.seen - a.silentFor) } : {}), ...(a.pausedAt ? { pausedSince: iso(a.pausedAt) } : {}),
      }
    })
    return { status: 200, body: { id: 'm.1', at: iso(now), whole: true, seats } }
  }
  if (rest === 'calls' || rest === 'proctor-acts') return { status: 200, body: rest === 'calls' ? state.calls : [] }
  const receipt = (a) => ({ attempt: a.registration.attempt, submittedAt: iso(Date.parse(s.opens) + 88 * min), manner: a.manner, ...(a.reason ? { reason: a.reason } : {}), answered: a.answered, total: 200, code: '7F3A 91C2 D04E', late: a.manner === 'deadline' ? 2 : 0 })
  m = /^attempts\/([^/]+)\/collect$/.exec(rest)
  if (m && method === 'POST') {
    need('administrator', 'invigilator')
    const a = state.attempts.get(m[1])
    if (a.state === 'closed') return problem(409, 'attempt-closed', '已经收卷', '答案不能再改变。')
    Object.assign(a, { state: 'closed', endedAt: Date.now(), manner: 'collected', reason: body.reason })
    return { status: 200, body: receipt(a) }
  }
  const timed = serveTime({ state, sitting: s, mine, user, need, problem, method, rest, body })
  if (timed) return timed
  const row = ({ r, i, a }) => {
    const result = resultOf(state, a, i)
    return { attempt: r.attempt, admission: r.admission, name: r.name, room: r.room, seat: r.seat, state: !a.started ? 'absent' : a.state !== 'closed' ? 'running' : result && !result.complete ? 'marking' : 'complete', ...(result ? { result } : {}) }
  }
  if (rest === 'results') { need('administrator', 'examiner'); return { status: 200, body: mine.map(row) } }
  m = /^results\/([^/]+)$/.exec(rest)
  if (m) {
    need('administrator', 'examiner')
    const x = mine.find((y) => y.r.attempt === m[1])
    if (!x) return problem(404, 'not-found', '没有找到', '可能已被移走，或不属于您。')
    const result = resultOf(state, x.a, x.i)
    return { status: 200, body: { row: row(x), ...(result ? { receipt: receipt(x.a) } : {}), slots: result ? paperOf(x.i) : [] } }
  }
  return problem(404, 'not-found', '没有找到', '可能已被移走，或不属于您。')
}

/** Starts the stand-in; `state` may be changed from outside: down cuts API calls off, slow delays them, deaf loses that many answers to orders and files. */
export async function startMock(port = 0) {
  const state = createState()
  const server = createServer(async (req, res) => {
    const url = new URL(req.url, 'http://x')
    res.setHeader('Content-Security-Policy', CSP)
    res.setHeader('X-Content-Type-Options', 'nosniff')
    if (url.pathname.startsWith('/api/')) {
      if (state.down) return void req.socket.destroy()
      let text = ''
      for await (const part of req) text += part
      if (state.slow) await new Promise((r) => { setTimeout(r, state.slow) })
      const cookies = Object.fromEntries((req.headers.cookie ?? '').split('; ').filter(Boolean).map((c) => c.split('=')))
      const query = { ...Object.fromEntries(url.searchParams), lang: (req.headers['accept-language'] ?? '').startsWith('en') ? 'en' : 'zh' }
      let out
      const events = url.pathname.endsWith('/board/events')
      if (events) {
        const board = () => handle(state, 'GET', url.pathname.replace(/\/events$/, ''), query, null, (req.headers.authorization ?? '').replace(/^Bearer /, ''), cookies).body
        try {
          board()
        } catch (e) {
          res.writeHead(e.status, { 'Content-Type': 'application/problem+json' })
          return void res.end(JSON.stringify(e.body))
        }
        res.writeHead(200, { 'Content-Type': 'text/event-stream' })
        let was = ''
        const tell = () => {
          if (state.down) return void res.destroy()
          let b
          try {
            b = board()
          } catch {
            return void res.destroy() // signed out, or gone with the state of another test
          }
          const text = JSON.stringify(b.seats)
          res.write(text === was ? `event: time\ndata: {"at":"${b.at}"}\n\n` : `event: board\ndata: ${JSON.stringify(b)}\n\n`)
          was = text
        }
        tell()
        const timer = setInterval(tell, 1_000)
        return void res.on('close', () => { clearInterval(timer) })
      }
      try {
        out = handle(state, req.method, decodeURIComponent(url.pathname), query, text ? JSON.parse(text) : null, (req.headers.authorization ?? '').replace(/^Bearer /, ''), cookies)
      } catch (e) {
        if (!e.body) throw e
        out = e
      }
      if (state.deaf > 0 && req.method === 'POST' && /\/(orders|answers-file)$/.test(url.pathname)) {
        state.deaf--
        // Cut off within the answer: before it, a browser sends a request again by itself.
        res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' })
        return void res.write('{', () => { req.socket.destroy() })
      }
      if (out.cookie) res.setHeader('Set-Cookie', out.cookie)
      res.writeHead(out.status, { 'Content-Type': out.status < 400 ? 'application/json' : 'application/problem+json', 'Cache-Control': 'no-store' })
      return void res.end(out.body === undefined ? undefined : JSON.stringify(out.body))
    }
    const name = url.pathname.startsWith('/assets/') ? url.pathname.slice(1) : url.pathname.startsWith('/staff') ? 'staff.html' : 'index.html'
    try {
      const file = await readFile(new URL(name, dist))
      res.writeHead(200, { 'Content-Type': KINDS[extname(name)] ?? 'application/octet-stream' })
      res.end(file)
    } catch {
      res.writeHead(404).end()
    }
  })
  await new Promise((r) => { server.listen(port, '127.0.0.1', r) })
  return { url: `http://127.0.0.1:${server.address().port}`, state, staff, close: () => new Promise((r) => { server.closeAllConnections(); server.close(r) }) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await startMock(Number(process.argv[2] ?? 8090))
  console.log(`${mock.url}/staff  ${staff.map((s) => `${s.login} / ${s.password}`).join('  ')}`)
}
