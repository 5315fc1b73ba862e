import { h, type FunctionalComponent } from 'vue'

/** A text of ours with **bold** parts. Never for words that came from elsewhere. */
export const Rich: FunctionalComponent<{ text: string }> = ({ text }) =>
  text.split('**').map((part, i) => (i % 2 === 1 ? h('b', part) : part))
Rich.props = ['text']

// The brackets to fill in, and what follows them, stay on one line.
const brackets = /([（(][\s\u3000_]*[）)][。，、；：？！.,;:?!]?)/

/** Words of a question. Nothing in them is markup. */
export const Words: FunctionalComponent<{ text: string }> = ({ text }) =>
  text.split(brackets).map((part, i) => (i % 2 === 1 ? h('span', { class: 'nb' }, part) : part))
Words.props = ['text']
