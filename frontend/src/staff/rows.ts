import type { Directive } from 'vue'

/**
 * Makes the row links (`.row`) of a table body one tab stop: arrows, Home and
 * End move between rows, Enter opens as links do. Other buttons in a row keep
 * their own place in the order.
 */
export const vRows: Directive<HTMLElement> = {
  mounted(body) {
    arrange(body)
    body.addEventListener('keydown', (e) => { move(body, e) })
    body.addEventListener('focusin', (e) => {
      if (e.target instanceof HTMLElement && e.target.classList.contains('row')) arrange(body, e.target)
    })
  },
  updated: (body) => { arrange(body) },
}

function rowsOf(body: HTMLElement): HTMLElement[] {
  return [...body.querySelectorAll<HTMLElement>('.row')]
}

function arrange(body: HTMLElement, current?: HTMLElement): void {
  const rows = rowsOf(body)
  const stop = current ?? rows.find((r) => r === document.activeElement) ?? rows.find((r) => r.tabIndex === 0 && r.dataset.stop) ?? rows[0]
  for (const r of rows) {
    r.tabIndex = r === stop ? 0 : -1
    if (r === stop) r.dataset.stop = '1'
    else delete r.dataset.stop
  }
}

function move(body: HTMLElement, e: KeyboardEvent): void {
  const rows = rowsOf(body)
  const at = rows.indexOf(e.target as HTMLElement)
  if (at < 0 || e.altKey || e.ctrlKey || e.metaKey) return
  const to = e.key === 'ArrowDown' ? rows[at + 1] : e.key === 'ArrowUp' ? rows[at - 1] : e.key === 'Home' ? rows[0] : e.key === 'End' ? rows[rows.length - 1] : undefined
  if (!to) return
  e.preventDefault()
  to.focus()
}
