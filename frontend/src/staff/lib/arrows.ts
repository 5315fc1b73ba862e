/**
 * Moves the focus among the buttons of the element that listens, which are one
 * stop of the keyboard: one of them has tabindex 0. The rows are those on the screen.
 */
export function arrows(e: KeyboardEvent): void {
  const all = [...(e.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('button')]
  const i = all.indexOf(e.target as HTMLElement)
  if (i < 0) return
  const second = all.findIndex((b) => b.offsetTop !== all[0]?.offsetTop)
  const across = second < 0 ? all.length : second
  const step: Record<string, number> = { ArrowRight: i + 1, ArrowLeft: i - 1, ArrowDown: i + across, ArrowUp: i - across, Home: 0, End: all.length - 1 }
  const to = step[e.key]
  if (to === undefined) return
  e.preventDefault()
  all[to]?.focus()
}
