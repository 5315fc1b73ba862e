import type { Directive } from 'vue'

/** Takes the focus when a screen opens, so that it is read from its heading. */
export const vFocus: Directive<HTMLElement> = { mounted: (el) => { el.focus({ preventScroll: true }) } }


let last: Element | null = null
document.addEventListener('focusin', (e) => { last = e.target instanceof Element ? e.target : null })

/** The element that had the focus last, also if it has lost it since. */
export const lastFocused = () => last
