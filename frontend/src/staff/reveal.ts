import type { Directive } from 'vue'

/**
 * On a row of links that scrolls sideways: keeps the one of the open page in
 * sight. The page itself does not scroll.
 */
export const vReveal: Directive<HTMLElement> = { mounted: reveal, updated: reveal }

function reveal(row: HTMLElement): void {
  const link = row.querySelector<HTMLElement>('[aria-current]:not(.brand)')
  if (!link) return
  const [box, at] = [row.getBoundingClientRect(), link.getBoundingClientRect()]
  if (at.left < box.left || at.right > box.right) row.scrollLeft += at.left - box.left - (box.width - at.width) / 2
}
