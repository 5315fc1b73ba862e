import { h, type FunctionalComponent } from 'vue'

const paths = {
  ok: 'M4 12.5l5 5L20 6.5',
  offline: 'M3 3l18 18M8.5 15.5a5 5 0 017 0M5 12a10 10 0 014-2.4M19 12a10 10 0 00-5-2.7M12 19.5v.01',
  wait: 'M6 3h12M6 21h12M7 3c0 5 5 6 5 9s-5 4-5 9M17 3c0 5-5 6-5 9s5 4 5 9',
  flag: 'M5 21V4h12l-2 4 2 4H5',
  warn: 'M12 3L2 20h20zM12 10v4M12 17v.01',
  lock: 'M5 11h14v10H5zM8 11V7a4 4 0 018 0v4',
  up: 'M12 20V5M6 11l6-6 6 6',
  clock: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3 3',
  x: 'M6 6l12 12M18 6L6 18',
  half: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 3v18',
  none: 'M5 12h14',
  pause: 'M9 5v14M15 5v14',
} as const
export type IconName = keyof typeof paths

/** A line icon. It never stands alone: a word is beside it. */
export const Icon: FunctionalComponent<{ name: IconName }> = ({ name }) =>
  h('svg', { class: 'ic', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' }, [h('path', { d: paths[name] })])
Icon.props = ['name']
