import { h, type FunctionalComponent } from 'vue'

// What of a text is markup: three tags with no other inside, and a picture.
// Brackets to fill in, and what follows them, stay on one line. Everything else
// is shown as the characters that it is.
const markup = /<(b|sub|sup)>([^<>]*)<\/\1>|\[img:(\w{32})\|?([^\][|]*)]|([（(][\s\u3000_]*[）)][。，、；：？！.,;:?!]?)/

export const picturesAt = '/api/v1/pictures/'

/** Words of a question. No HTML is ever parsed for them. Of six pieces in turn the first is text, then tag and inside, picture and words, brackets. */
export const Words: FunctionalComponent<{ text: string }> = ({ text }) =>
  text.split(markup).map((part, i, all) => {
    const turn = i % 6
    return !part || !turn ? part
      : turn < 2 ? h(part, all[i + 1])
        : turn === 3 ? h('img', { src: picturesAt + part, alt: all[i + 1] })
          : turn > 4 ? h('span', { class: 'nb' }, part) : null
  })
Words.props = ['text']
