// A stand-in for the server for what comes after the theory exam: panels,
// scoring, outcomes, certificates, the public check. It answers by the contract
// from memory under the server's own security headers. It is no specification:
// the Go server is.
//   node e2e/line-mock.mjs [port]
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = new URL('../dist/', import.meta.url)
const KINDS = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.json': 'application/json' }
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
const min = 60_000
const iso = (ms) => new Date(ms).toISOString()

export const staff = [
  { login: 'admin', password: 'demo', role: 'administrator', name: '管理员甲' },
  { login: 'examiner', password: 'demo', role: 'examiner', name: '考评员丙' },
  { login: 'examiner2', password: 'demo', role: 'examiner', name: '考评员戊' },
  { login: 'examiner3', password: 'demo', role: 'examiner', name: '考评员己' },
  { login: 'examiner4', password: 'demo', role: 'examiner', name: '考评员庚' },
].map((a) => ({ ...a, id: `id-${a.login}` }))

const row = (id, text, rule, full, ...deductions) => ({ id, text, rule, full, deductions: deductions.map(([label, marks, most = 1], i) => ({ id: `d${i}`, label, marks, most })) })
const SHEETS = [
  { id: 'skill-2', version: 1, level: 2, kind: 'skill', title: '初期火灾处置与疏散引导（示例）', minutes: 60, sample: true, full: 10000,
    vetoes: [{ id: 'water', text: '未切断电源即用水扑救电气火灾' }, { id: 'danger', text: '危及自身或他人安全，被考评员中止操作' }],
    sections: [
      { title: '应急管理', rows: [
        row('r1', '报警与报告', '说清单位、地点、燃烧物、火势、联系电话', 1500, ['每缺一项', 300, 5]),
        row('r2', '切断电源、控制火源', '先断电，后处置', 1500, ['顺序颠倒', 500], ['未确认断电', 500]),
        row('r3', '灭火器的选择与检查', '类型适用，外观、铅封、压力完好', 1500, ['未查压力表', 500], ['未查铅封', 500], ['类型选错', 1500]),
        row('r4', '灭火操作', '站上风，距离适当，对准火焰根部', 2500, ['未站上风', 500], ['距离不当', 500], ['未对准根部', 500], ['中途停喷', 1000]) ] },
      { title: '保卫管理', rows: [
        row('r5', '疏散引导', '路线正确，逐区清场，清点人数', 2000, ['路线错误', 1000], ['未清场', 500], ['未清点人数', 500]),
        row('r6', '现场保护与记录', '设警戒，记录时间、经过、在场人员', 1000, ['未设警戒', 500], ['记录不全', 300]) ] },
    ] },
  { id: 'review-2', version: 1, level: 2, kind: 'review', title: '业绩材料与答辩（示例）', minutes: 30, sample: true, full: 10000, vetoes: [],
    sections: [{ title: '综合', rows: [row('m', '业绩材料', '真实、完整、与岗位相关', 6000, ['缺少佐证，每处', 500, 6]), row('a', '答辩', '切题、有条理、能举例', 4000, ['答非所问，每题', 1000, 3])] }] },
]
const LEVEL = { level: 2, title: '二级/技师', components: ['theory', 'skill', 'review'].map((kind) => ({ kind, full: 10000, pass: 6000 })) }

export function createState() {
  const now = Date.now()
  const sitting = (id, state, title) => ({
    id, title, level: 2, levelTitle: '二级/技师', blueprintId: 'b', blueprintTitle: '二级理论（示例）', opens: iso(now - 300 * min), closes: iso(now - 180 * min), durationMinutes: 120, lateEntryMinutes: 0,
    release: 'after-release', explain: true, state, version: 3, registrations: 4, secretDigest: 'ab12', sealedAt: iso(now - 320 * min), sealedBy: '管理员甲',
  })
  const people = ['周壬', '王甲', '李乙', '欧阳司徒晓明'].map((name, i) => ({ registration: `reg-${i}`, attempt: `att-${i}`, admission: `26120620000${41 + i}`, name, room: '03', seat: `0${i + 1}`, theory: [5950, 8250, 7100, 9000][i], draw: `00${[3, 1, 2, 4][i]}` }))
  const state = {
    sittings: [sitting('s-new', 'sealed', '保卫管理员 二级/技师 12月场次（示例）'), sitting('s-now', 'closed', '保卫管理员 二级/技师 11月场次（示例）'), sitting('s-old', 'released', '保卫管理员 二级/技师 10月场次（示例）')],
    people, panels: new Map(), scores: new Map(), decisions: new Map(), certificates: [], tokens: new Map(), cookies: new Map(), down: false, deaf: false, lookups: 0,
  }
  const three = staff.slice(1, 4)
  for (const s of ['s-now', 's-old']) {
    for (const sheet of SHEETS) state.panels.set(`${s}/${sheet.kind}`, { kind: sheet.kind, sheet, examiners: three, chair: three[0], rule: 'mean', threshold: 1500 })
  }
  const give = (s, kind, draw, totals, veto = -1) => totals.forEach((sum, i) => {
    const sheet = SHEETS.find((x) => x.kind === kind)
    const first = sheet.sections[0].rows[0]
    let off = 10000 - sum
    const rows = sheet.sections.flatMap((x) => x.rows).map((r) => { const take = Math.min(off, r.full); off -= take; return { row: r.id, touched: true, deductions: [], other: take, note: take > 0 ? `${first.text}等扣分` : '' } })
    state.scores.set(`${s}/${kind}/${draw}/${three[i].id}`, { draw, state: 'locked', version: 2, rows, vetoes: sheet.vetoes.map((v, k) => ({ veto: v.id, state: veto === i && k === 0 ? 'yes' : 'no', fact: veto === i && k === 0 ? '10:38 未拉闸即提水桶泼向配电箱' : '' })), savedAt: iso(now - 100 * min), lockedAt: iso(now - 99 * min) })
  })
  give('s-old', 'skill', '003', [7800, 7450, 6100]); give('s-old', 'review', '003', [7800, 7500, 7500])
  give('s-old', 'skill', '001', [8000, 8100, 8050]); give('s-old', 'review', '001', [7800, 7500, 7501])
  give('s-old', 'skill', '002', [8000, 8100, 8050], 1); give('s-old', 'review', '002', [6600, 6500, 6600])
  give('s-old', 'skill', '004', [9000, 9100, 9050]); give('s-old', 'review', '004', [8800, 8900, 9000])
  state.decisions.set('s-old/skill/003', { ruling: 'stand', reason: '三份评分有效，用平均。' })
  return state
}

const refuse = (status, type, title, detail = '', more = {}) => { throw Object.assign(new Error(title), { status, body: { type: `urn:gongyuan:problem:${type}`, title, status, detail, requestId: randomUUID(), ...more } }) }

function totalOf(sheet, score) {
  let sum = 0
  for (const r of sheet.sections.flatMap((x) => x.rows)) {
    const line = score.rows.find((x) => x.row === r.id)
    if (line?.touched) sum += Math.max(0, r.full - line.other - line.deductions.reduce((n, d) => n + d.count * r.deductions.find((x) => x.id === d.deduction).marks, 0))
  }
  return { sum, vetoed: score.vetoes.some((v) => v.state === 'yes') }
}

function partOf(state, s, kind, draw) {
  const base = { kind, pass: 6000, full: 10000 }
  const panel = state.panels.get(`${s}/${kind}`)
  if (!panel) return { ...base, state: 'missing' }
  if (state.decisions.get(`${s}/${kind}/${draw}`)?.absent) return { ...base, state: 'absent', awarded: 0, passed: false }
  const scores = panel.examiners.map((a) => state.scores.get(`${s}/${kind}/${draw}/${a.id}`))
  if (scores.some((x) => x?.state !== 'locked')) return { ...base, state: 'pending' }
  const totals = scores.map((x) => totalOf(panel.sheet, x))
  const spread = Math.max(...totals.map((x) => x.sum)) - Math.min(...totals.map((x) => x.sum))
  const reasons = [...(totals.some((x) => x.vetoed) ? ['veto'] : []), ...(spread > panel.threshold ? ['spread'] : [])]
  const more = { spread, examiners: totals.map((x, i) => ({ examiner: panel.examiners[i].name, total: x.sum, vetoed: x.vetoed })), ...(reasons.length > 0 ? { reasons } : {}) }
  const d = state.decisions.get(`${s}/${kind}/${draw}`)
  if (reasons.length > 0 && !d) return { ...base, state: 'chair', ...more }
  if (d?.ruling === 'uphold') return { ...base, state: 'vetoed', awarded: 0, passed: false, decision: d.reason, ...more }
  const mean = Math.floor((2 * totals.reduce((n, x) => n + x.sum, 0) + totals.length) / (2 * totals.length))
  const awarded = d?.ruling === 'fix' ? d.marks : mean
  return { ...base, state: 'scored', awarded, passed: awarded >= 6000, ...(d ? { decision: d.reason } : {}), ...more }
}

function outcomes(state, s) {
  return state.people.map((p) => {
    const components = [{ kind: 'theory', state: 'scored', awarded: p.theory, pass: 6000, full: 10000, passed: p.theory >= 6000 }, partOf(state, s, 'skill', p.draw), partOf(state, s, 'review', p.draw)]
    const certificate = state.certificates.find((c) => c.registration === p.registration && c.sitting === s)?.number
    const verdict = components.every((c) => c.passed) ? 'qualified' : components.some((c) => c.passed === false) ? 'unqualified' : 'incomplete'
    return { registration: p.registration, admission: p.admission, name: p.name, room: p.room, seat: p.seat, verdict, components, ...(certificate ? { certificate } : {}) }
  })
}

const theory = (p) => ({ awarded: p.theory, full: 10000, pass: 6000, passed: p.theory >= 6000, complete: true, sections: [['B', 5000, 61, 100], ['G', 2000, 21, 40], ['C', 3000, 37, 60]].map(([type, full, right, slots], i) => ({ type, full, right, slots, waiting: 0, awarded: i === 2 ? p.theory - Math.floor(p.theory * 0.7) : Math.floor(p.theory * 0.35) })) })
const open = (c) => Object.fromEntries(Object.entries(c).filter(([k]) => k !== 'sitting'))

function handle(state, method, path, body, token, cookies, english) {
  const at = `${method} ${path}`
  const session = (u) => {
    const [t, c] = [randomUUID(), randomUUID()]
    state.tokens.set(t, u)
    state.cookies.set(c, u)
    return { status: 200, cookie: `gongyuan_staff=${c}; Path=/api/v1/auth; HttpOnly; SameSite=Strict`, body: { accessToken: t, expiresAt: iso(Date.now() + 15 * min), serverNow: iso(Date.now()), audience: 'staff', subject: u.id, name: u.name, roles: [u.role] } }
  }
  if (at === 'POST /api/v1/auth/login') return session(staff.find((x) => x.login === body.login && x.password === body.password) ?? refuse(401, 'invalid-login', '登录信息不对', '请核对后再试。'))
  if (at === 'POST /api/v1/auth/refresh') return session(state.cookies.get(cookies.gongyuan_staff) ?? refuse(401, 'unauthenticated', '没有登录或登录已过期', '请重新登录。'))
  if (at === 'POST /api/v1/auth/logout') { state.cookies.delete(cookies.gongyuan_staff); return { status: 204 } }
  if (at === 'POST /api/v1/verify') {
    if (++state.lookups > 12) { state.lookups = 0; refuse(429, 'too-many-attempts', '尝试次数太多', '请过一会儿再试。', { retryAfterSeconds: 4 }) }
    const found = state.certificates.filter((c) => c.name === body.name && (c.number === body.number || body.documentNumber === '11010519491231002X'))
    return { status: 200, body: { certificates: found.map((c) => ({ ...open(c), name: `${c.name[0]}＊`, registration: undefined })) } }
  }
  const me = state.tokens.get(token) ?? refuse(401, 'unauthenticated', '没有登录或登录已过期', '请重新登录。')
  const need = (role) => { if (me.role !== role) refuse(403, 'forbidden', '没有权限', '当前账号不能做这件事。') }
  const account = (a) => ({ id: a.id, login: a.login, name: a.name, roles: [a.role] })
  if (at === 'GET /api/v1/standard') return { status: 200, body: { version: '2020-示例', sample: true, occupationCode: '3-02-02-00', occupation: '保卫管理员', levels: [LEVEL] } }
  if (at === 'GET /api/v1/accounts') { need('administrator'); return { status: 200, body: staff.filter((a) => a.role === 'examiner').map(account) } }
  if (at === 'GET /api/v1/sheets') return { status: 200, body: SHEETS }
  if (at === 'GET /api/v1/sittings') return { status: 200, body: { total: state.sittings.length, sittings: state.sittings } }
  let m = /^\/api\/v1\/certificates\/([^/]+)(\/revoke)?$/.exec(path)
  if (m) {
    need('administrator')
    const c = state.certificates.find((x) => x.number === m[1]) ?? refuse(404, 'not-found', '没有找到', '可能已被移走，或不属于您。')
    if (m[2]) {
      const second = staff.find((x) => x.login === body.secondLogin && x.password === body.secondPassword)
      if (!second) refuse(422, 'invalid', '填写有误', '请按每一项的提示修改。', { errors: [{ pointer: '/secondPassword', detail: '第二人的登录名或密码不对。' }] })
      if (second.id === me.id) refuse(422, 'second-person', '需要第二人确认', '确认人不能是同一个人。')
      Object.assign(c, { state: 'revoked', revokedOn: iso(Date.now()).slice(0, 10), reason: body.reason })
      return { status: 200, body: open(c) }
    }
    const label = (zh, en) => (english ? en : zh)
    const fields = [
      ...(c.state === 'revoked' ? [[label('已作废', 'Void since'), c.revokedOn]] : []), [label('证书名称', 'Certificate'), '职业技能等级证书'], [label('正文', 'Text'), '持证人通过本机构组织的职业技能等级认定，具备下列职业和等级的技能水平，特发此证。本机构对认定结果负责。'],
      [label('姓名', 'Name'), c.name], [label('证件类型', 'Document type'), '居民身份证'], [label('证件号码', 'Document number'), '11010519491231002X'], [label('职业名称', 'Occupation'), c.occupation], [label('工种/职业方向', 'Specialization'), '--'], [label('照片', 'Photograph'), '--'],
      [label('职业技能等级', 'Skill level'), c.levelTitle], [label('证书编号', 'Certificate number'), c.number], [label('查验本证书', 'Check this certificate'), `/verify?number=${c.number}`],
      [label('全国联网查询：证书', 'National look-up: certificates'), 'http://jndj.osta.org.cn'], [label('全国联网查询：机构', 'National look-up: bodies'), 'http://pjjg.osta.org.cn'], [label('发证机构', 'Issued by'), c.body], [label('发证日期', 'Date of issue'), '2026年11月22日'],
    ]
    return { status: 200, body: { certificate: open(c), fields: fields.map(([l, value]) => ({ label: l, value })), statement: `eyJhbGciOiJFZERTQSJ9.${Buffer.from(JSON.stringify(c)).toString('base64url')}.${'A'.repeat(86)}` } }
  }
  m = /^\/api\/v1\/sittings\/([^/]+)(?:\/(.+))?$/.exec(path)
  if (!m) refuse(404, 'not-found', '没有找到', '可能已被移走，或不属于您。')
  const [, id, rest = ''] = m
  const s = state.sittings.find((x) => x.id === id) ?? refuse(404, 'not-found', '没有找到', '可能已被移走，或不属于您。')
  if (rest === '') return { status: 200, body: s }
  if (rest === 'results') return { status: 200, body: state.people.map((p) => ({ attempt: p.attempt, admission: p.admission, name: p.name, room: p.room, seat: p.seat, state: 'complete', result: theory(p) })) }
  if (rest === 'panels' && method === 'GET') {
    const all = [...state.panels].filter(([k]) => k.startsWith(`${id}/`)).map(([, p]) => p)
    const none = { id: '', login: '', name: '', roles: [] }
    const seen = me.role === 'administrator' ? all.map((p) => ({ ...p, examiners: p.examiners.map(account), chair: account(p.chair) })) : all.filter((p) => [...p.examiners, p.chair].some((a) => a.id === me.id)).map((p) => ({ ...p, examiners: [], chair: none, rule: 'mean', threshold: 0 }))
    return { status: 200, body: seen }
  }
  if (rest === 'panels') {
    need('administrator')
    if (state.panels.has(`${id}/${body.kind}`)) refuse(409, 'already-appointed', '考评小组已组成', '一个项目只有一个考评小组。')
    const find = (x) => staff.find((a) => a.id === x)
    const p = { kind: body.kind, sheet: SHEETS.find((x) => x.id === body.sheet), examiners: body.examiners.map(find), chair: find(body.chair ?? body.examiners[0]), rule: body.rule, threshold: body.threshold ?? 1500 }
    state.panels.set(`${id}/${body.kind}`, p)
    return { status: 201, body: { ...p, examiners: p.examiners.map(account), chair: account(p.chair) } }
  }
  if (rest === 'outcomes') { need('administrator'); return { status: 200, body: outcomes(state, id) } }
  m = /^outcomes\/([^/]+)\/(skill|review)$/.exec(rest)
  if (m) {
    need('administrator')
    state.decisions.set(`${id}/${m[2]}/${state.people.find((p) => p.registration === m[1]).draw}`, { absent: true, reason: body.reason })
    return { status: 200, body: outcomes(state, id).find((r) => r.registration === m[1]) }
  }
  if (rest === 'certificates' && method === 'GET') { need('administrator'); return { status: 200, body: state.certificates.filter((c) => c.sitting === id).map(open) } }
  if (rest === 'certificates') {
    need('administrator')
    const rows = outcomes(state, id)
    const out = { certificates: [], held: [] }
    for (const reg of body.registrations) {
      const r = rows.find((x) => x.registration === reg)
      if (r.name === '李乙' || r.verdict !== 'qualified') { out.held.push({ registration: reg, reason: '还有项目没有成绩' }); continue }
      const c = { number: `S000061000001262${String(state.certificates.length + 1).padStart(6, '0')}`, name: r.name, documentMasked: '1101**********002X', occupation: '保卫管理员', levelTitle: '二级/技师', body: '示例职业技能评价中心', issued: iso(Date.now()).slice(0, 10), state: 'valid', registration: reg, sitting: id }
      state.certificates.push(c)
      out.certificates.push(open(c))
    }
    return { status: 200, body: out }
  }
  m = /^assess\/(skill|review)(?:\/([^/]+)(\/lock|\/decide)?)?$/.exec(rest)
  if (!m) refuse(404, 'not-found', '没有找到', '可能已被移走，或不属于您。')
  need('examiner')
  const [, kind, draw, act] = m
  const panel = state.panels.get(`${id}/${kind}`) ?? refuse(403, 'forbidden', '没有权限', '当前账号不能做这件事。')
  const key = (d) => `${id}/${kind}/${d}/${me.id}`
  const blank = (d) => ({ draw: d, state: 'untouched', version: 0, rows: [], vetoes: [] })
  const full = (x) => { const t = totalOf(panel.sheet, x); return { ...x, complete: false, vetoed: t.vetoed, total: t.sum } }
  if (!draw) {
    const draws = state.people.map((p) => p.draw).sort()
    const chair = panel.chair.id === me.id
    return { status: 200, body: { sheet: panel.sheet, chair, standings: chair ? draws.map((d) => ({ draw: d, part: partOf(state, id, kind, d) })) : [], tasks: draws.map((d) => { const x = full(state.scores.get(key(d)) ?? blank(d)); return { draw: d, state: x.state, ...(x.version > 0 ? { total: x.total, savedAt: x.savedAt } : {}) } }) } }
  }
  const now = state.scores.get(key(draw)) ?? blank(draw)
  if (act === '/decide') { state.decisions.set(`${id}/${kind}/${draw}`, body); return { status: 200, body: partOf(state, id, kind, draw) } }
  if (act === '/lock') {
    if (body.version !== now.version) refuse(409, 'conflict', '别人刚刚改过', '请刷新后再做。')
    Object.assign(now, { state: 'locked', version: now.version + 1, lockedAt: iso(Date.now()) })
    return { status: 200, body: full(now) }
  }
  if (method === 'PUT') {
    if (now.state === 'locked') refuse(409, 'score-locked', '评分已锁定', '已签名的评分不能再改。')
    if (body.version !== now.version) refuse(409, 'conflict', '别人刚刚改过', '请刷新后再做。')
    const next = { ...now, state: 'open', version: now.version + 1, rows: body.rows, vetoes: body.vetoes, savedAt: iso(Date.now()) }
    state.scores.set(key(draw), next)
    return { status: 200, body: full(next) }
  }
  return { status: 200, body: full(now) }
}

/** Starts the stand-in. `state` may be changed from outside: down cuts API calls off, deaf does them and loses the answers. */
export async function startLineMock(port = 0) {
  const state = createState()
  const server = createServer(async (req, res) => {
    const url = new URL(req.url, 'http://x')
    res.setHeader('Content-Security-Policy', CSP)
    res.setHeader('X-Content-Type-Options', 'nosniff')
    if (url.pathname.startsWith('/api/')) {
      if (state.down) return void req.socket.destroy()
      let text = ''
      for await (const part of req) text += part
      const cookies = Object.fromEntries((req.headers.cookie ?? '').split('; ').filter(Boolean).map((c) => c.split('=')))
      let out
      try {
        out = handle(state, req.method, decodeURIComponent(url.pathname), text ? JSON.parse(text) : null, (req.headers.authorization ?? '').replace(/^Bearer /, ''), cookies, (req.headers['accept-language'] ?? '').startsWith('en'))
      } catch (e) {
        if (!e.body) throw e
        out = e
      }
      if (state.deaf) return void req.socket.destroy()
      if (out.cookie) res.setHeader('Set-Cookie', out.cookie)
      res.writeHead(out.status, { 'Content-Type': out.status < 400 ? 'application/json' : 'application/problem+json', 'Cache-Control': 'no-store' })
      return void res.end(out.body === undefined ? undefined : JSON.stringify(out.body))
    }
    const name = url.pathname.startsWith('/assets/') ? url.pathname.slice(1) : url.pathname.startsWith('/staff') ? 'staff.html' : url.pathname === '/verify' ? 'verify.html' : 'index.html'
    try {
      const file = await readFile(new URL(name, process.env.GONGYUAN_DIST ? `file://${process.env.GONGYUAN_DIST}/` : dist))
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
  const mock = await startLineMock(Number(process.argv[2] ?? 8091))
  console.log(`${mock.url}/staff  ${staff.map((s) => `${s.login} / ${s.password}`).join('  ')}`)
}
