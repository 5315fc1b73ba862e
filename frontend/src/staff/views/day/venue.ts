import type { Schemas } from '../../../shared/api'
import { client } from '../../api'

export type Site = Schemas['VenueSite']
export type Room = Schemas['VenueRoom']
export type Rules = Schemas['RoomRules']
export type Use = Schemas['RoomUse']
export type SittingRooms = Schemas['SittingRooms']
export type Finding = Schemas['RoomFinding']
export type Seating = Schemas['Seating']

const LONG = 60_000
export const venues = {
  list: async (signal: AbortSignal) => (await client.call('get', '/api/v1/venues', { signal })).data,
  putSite: async (body: Site) => (await client.call('post', '/api/v1/venues/sites', { body })).data,
  putRules: async (body: Rules) => (await client.call('put', '/api/v1/venues/rules', { body })).data,
  putRoom: async (body: Room) => (await client.call('post', '/api/v1/venues/rooms', { body })).data,
  rooms: async (sitting: string, signal: AbortSignal) => (await client.call('get', '/api/v1/sittings/{sitting}/rooms', { path: { sitting }, signal })).data,
  putRooms: async (sitting: string, body: Schemas['SittingRoomsPut']) => (await client.call('put', '/api/v1/sittings/{sitting}/rooms', { path: { sitting }, body })).data,
  seatings: async (sitting: string, signal: AbortSignal) => (await client.call('get', '/api/v1/sittings/{sitting}/seatings', { path: { sitting }, signal })).data,
  propose: async (sitting: string, keep: boolean) => (await client.call('post', '/api/v1/sittings/{sitting}/seatings', { path: { sitting }, body: { keep }, timeoutMs: LONG })).data,
  apply: async (sitting: string, run: string) => (await client.call('post', '/api/v1/sittings/{sitting}/seatings/{run}', { path: { sitting, run }, timeoutMs: LONG })).data,
  move: async (sitting: string, body: Schemas['PlaceMove']) => { await client.call('post', '/api/v1/sittings/{sitting}/places', { path: { sitting }, body }) },
  invigilators: async (signal: AbortSignal) => (await client.call('get', '/api/v1/accounts', { query: { role: 'invigilator' } as never, signal })).data,
}

/** The places of a plan: floor, a seat, one not to be used, an accessible one. */
export type Kind = '.' | 'o' | 'x' | 'a'
const NEXT: Record<Kind, Kind> = { o: 'x', x: 'a', a: '.', '.': 'o' }
export const KIND: Record<Kind, 'floor' | 'seat' | 'off' | 'ramp'> = { '.': 'floor', o: 'seat', x: 'off', a: 'ramp' }

export interface Place { row: number; column: number; kind: Kind; label: string }

const kindOf = (c: string | undefined): Kind => (c === 'o' || c === 'x' || c === 'a' ? c : '.')

/** The plan in rows of places; seats are numbered over the whole room, as the server does. */
export function placesOf(plan: readonly string[]): Place[][] {
  let n = 0
  return plan.map((line, row) => [...line].map((c, column) => {
    const kind = kindOf(c)
    return { row, column, kind, label: kind === '.' ? '' : String(++n).padStart(2, '0') }
  }))
}

/** The plan with another size: what is new is seats. */
export function resized(plan: readonly string[], rows: number, columns: number): string[] {
  return Array.from({ length: rows }, (_, y) => (plan[y] ?? '').slice(0, columns).padEnd(columns, 'o'))
}

/** The plan with the next kind at a place. */
export function turned(plan: readonly string[], row: number, column: number): string[] {
  return plan.map((line, y) => (y === row ? line.slice(0, column) + NEXT[kindOf(line[column])] + line.slice(column + 1) : line))
}
