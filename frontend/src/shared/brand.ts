/** A string or number that must not be mistaken for another of the same shape. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name }

export type AttemptId = Brand<string, 'AttemptId'>
export type DeviceId = Brand<string, 'DeviceId'>
/** The lease of one page on one attempt; rises with each entry. */
export type Epoch = Brand<number, 'Epoch'>
/** 1, 2, 3 … within an epoch. */
export type Seq = Brand<number, 'Seq'>
/** The number of a question on the paper, from 1. */
export type SlotNumber = Brand<number, 'SlotNumber'>
/** Milliseconds since 1970 by the server's clock. */
export type ServerMs = Brand<number, 'ServerMs'>
/** Milliseconds of the browser's steady clock (performance.now). */
export type SteadyMs = Brand<number, 'SteadyMs'>

/** Proves to the compiler that every case was handled. */
export function assertNever(value: never): never {
  throw new Error(`unhandled: ${JSON.stringify(value)}`)
}
