import { h, type FunctionalComponent } from 'vue'

/** A text of ours with **bold** parts. Never for words that came from elsewhere. */
export const Rich: FunctionalComponent<{ text: string }> = ({ text }) =>
  text.split('**').map((part, i) => (i % 2 === 1 ? h('b', part) : part))
Rich.props = ['text']

export { Words } from '../../shared/rich'
