import { describe, expect, it } from 'vitest'
import { checkPlan, outlook, type Draft } from './plan'

const now = new Date('2026-11-22T00:00:00Z')
const good: Draft = {
  title: ' 三级理论 ', level: 3, blueprint: 'bp', opens: new Date('2026-12-06T01:00:00Z'), closes: new Date('2026-12-06T03:00:00Z'),
  duration: '90', late: '', release: 'after-release', explain: false, ahead: true, alone: false, site: '', programme: '', capacity: '',
}
const faults = (change: Partial<Draft>) => {
  const c = checkPlan({ ...good, ...change }, now)
  return c.ok ? {} : c.faults
}

describe('checkPlan', () => {
  it('OK: what the server is sent', () => {
    expect(checkPlan(good, now)).toEqual({ ok: true, plan: {
      title: '三级理论', level: 3, blueprint: 'bp', opens: '2026-12-06T01:00:00.000Z', closes: '2026-12-06T03:00:00.000Z',
      durationMinutes: 90, lateEntryMinutes: 0, release: 'after-release', explain: false, papersAhead: true, oneSealer: false, capacity: 0,
    } })
  })
  it('OK: a site is sent where one is named', () => {
    const c = checkPlan({ ...good, site: 's1' }, now)
    expect(c.ok && c.plan.site).toBe('s1')
  })
  it('OK: a programme and places are sent', () => {
    const c = checkPlan({ ...good, programme: 'p1', capacity: ' 60 ' }, now)
    expect(c.ok && [c.plan.programme, c.plan.capacity]).toEqual(['p1', 60])
  })
  it('Err: places are a number, and needed in a programme', () => {
    expect(faults({ capacity: '0' })).toEqual({ '/capacity': 'capacity' })
    expect(faults({ capacity: '6x' })).toEqual({ '/capacity': 'capacity' })
    expect(faults({ capacity: '100001' })).toEqual({ '/capacity': 'capacity' })
    expect(faults({ programme: 'p1' })).toEqual({ '/capacity': 'capacityNeeded' })
  })
  it('Err: each field by itself', () => {
    expect(faults({ title: ' 三 ' })).toEqual({ '/title': 'title' })
    expect(faults({ title: '题'.repeat(81) })).toEqual({ '/title': 'title' })
    expect(faults({ level: '', blueprint: '' })).toEqual({ '/level': 'level', '/blueprint': 'blueprint' })
    expect(faults({ opens: null, closes: null })).toEqual({ '/opens': 'time', '/closes': 'time' })
    expect(faults({ closes: good.opens })).toEqual({ '/closes': 'order' })
    expect(faults({ opens: new Date('2026-11-20T01:00:00Z'), closes: new Date('2026-11-21T01:00:00Z') })).toEqual({ '/closes': 'past' })
    expect(faults({ duration: '0' })).toEqual({ '/durationMinutes': 'duration' })
    expect(faults({ duration: '90.5' })).toEqual({ '/durationMinutes': 'duration' })
    expect(faults({ duration: '481' })).toEqual({ '/durationMinutes': 'duration' })
    expect(faults({ late: '-1' })).toEqual({ '/lateEntryMinutes': 'lateNumber' })
    expect(faults({ late: '121' })).toEqual({ '/lateEntryMinutes': 'late' })
    expect(faults({ release: '' })).toEqual({ '/release': 'release' })
  })
})

describe('outlook', () => {
  it('says until when the full time is there', () => {
    expect(outlook(good)?.fullUntil?.toISOString()).toBe('2026-12-06T01:30:00.000Z')
    expect(outlook({ ...good, late: '15' })).toMatchObject({ enterTo: new Date('2026-12-06T01:15:00Z'), fullUntil: new Date('2026-12-06T01:15:00Z') })
    expect(outlook({ ...good, duration: '150' })).toMatchObject({ fullUntil: null, window: 120 })
    expect(outlook({ ...good, opens: null })).toBeNull()
    expect(outlook({ ...good, closes: good.opens })).toBeNull()
  })
})
