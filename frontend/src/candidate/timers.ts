// Timers by name: setting one again replaces it, and all can be put out at once.

export interface Timers {
  after(name: string, ms: number, act: () => void): void
  cancel(name: string): void
  cancelAll(): void
  has(name: string): boolean
}

export function createTimers(): Timers {
  const running = new Map<string, ReturnType<typeof setTimeout>>()
  function cancel(name: string): void {
    const timer = running.get(name)
    if (timer !== undefined) clearTimeout(timer)
    running.delete(name)
  }
  return {
    cancel,
    after(name, ms, act) {
      cancel(name)
      running.set(name, setTimeout(() => { running.delete(name); act() }, Math.max(0, ms)))
    },
    cancelAll() { for (const name of [...running.keys()]) cancel(name) },
    has: (name) => running.has(name),
  }
}
