import type { Directive } from 'vue'

/** Takes the focus when a screen opens, so that it is read from its heading. */
export const vFocus: Directive<HTMLElement> = { mounted: (el) => { el.focus({ preventScroll: true }) } }

