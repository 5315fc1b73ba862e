// Reads server-sent events from pieces of text, wherever the network cut them.
// Only what our streams use: event, data and comments; id and retry are passed
// over.

export interface ServerEvent {
  /** The event's name; `message` where the server gave none. */
  readonly name: string
  readonly data: string
}

/**
 * Returns a function that takes the next piece of a stream and calls `onEvent`
 * for each event that it completes. One parser reads one stream.
 */
export function createEventParser(onEvent: (event: ServerEvent) => void): (piece: string) => void {
  let rest = ''
  let begun = false
  let afterReturn = false // the last piece ended in CR: a leading LF belongs to it
  let name = ''
  let data: string[] = []

  function line(text: string): void {
    if (text === '') {
      if (data.length > 0) onEvent({ name: name || 'message', data: data.join('\n') })
      name = ''
      data = []
      return
    }
    const colon = text.indexOf(':')
    if (colon === 0) return // a comment, to keep the stream alive
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + (text[colon + 1] === ' ' ? 2 : 1))
    if (field === 'event') name = value
    else if (field === 'data') data.push(value)
  }

  return (piece) => {
    let text = piece
    if (!begun && text !== '') {
      begun = true
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
    }
    if (afterReturn && text !== '') {
      afterReturn = false
      if (text.startsWith('\n')) text = text.slice(1)
    }
    rest += text
    for (;;) {
      const end = rest.search(/[\r\n]/)
      if (end < 0) return
      const width = rest.startsWith('\r\n', end) ? 2 : 1
      afterReturn = width === 1 && rest[end] === '\r' && end === rest.length - 1
      const done = rest.slice(0, end)
      rest = rest.slice(end + width)
      line(done)
    }
  }
}
