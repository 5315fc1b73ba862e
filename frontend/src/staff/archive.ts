/** Told how many documents of an archive have arrived, and of how many. */
type Told = (done: number, of: number) => void
let told: Told | null = null

/** Lets `work` fetch an archive and tells `onDocuments` how far it is. One at a time. */
export async function whileTold<T>(onDocuments: Told, work: () => Promise<T>): Promise<T> {
  told = onDocuments
  try {
    return await work()
  } finally {
    told = null
  }
}

/**
 * Walks a zip while it comes. Our archives store every document with its size
 * in front, so that the next one's place is known from the last one's head.
 */
export function documents(): (piece: Uint8Array) => number {
  const head = new Uint8Array(30)
  let have = 0 // of the head
  let skip = 0 // until the next head
  let count = 0
  let over = false
  const finish = () => {
    const v = new DataView(head.buffer)
    over = v.getUint32(0) !== 0x504b0304 // the list of what was in it follows
    if (over) return
    count++
    skip = v.getUint32(18, true) + v.getUint16(26, true) + v.getUint16(28, true)
    have = 0
  }
  return (piece) => {
    for (let at = 0; at < piece.length && !over;) {
      const step = Math.min(skip > 0 ? skip : head.length - have, piece.length - at)
      if (skip > 0) {
        skip -= step
      } else {
        head.set(piece.subarray(at, at + step), have)
        have += step
        if (have === head.length) finish()
      }
      at += step
    }
    return skip > 0 ? Math.max(0, count - 1) : count // the last one is still on its way
  }
}

/**
 * Counts the pages of a PDF of ours while it is set: a comment each behind its
 * first line, until the first object.
 */
export function pages(): (piece: Uint8Array) => number {
  let count = 0
  let first = true // of a line
  let over = false
  return (piece) => {
    for (let at = 0; at < piece.length && !over; at++) {
      const c = piece[at]
      if (first && c !== 0x25) over = true
      else if (c === 0x0a) count++
      first = c === 0x0a
    }
    return Math.max(0, count - 2) // the first two lines are of every PDF
  }
}

/** `fetch`, which tells how far an archive or a document is. */
export async function fetchTold(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  // eslint-disable-next-line no-restricted-globals -- handed to shared/api.ts, which alone calls it
  const response = await fetch(input, init)
  const tell = told
  const of = Number(response.headers.get('Gongyuan-Documents') ?? 0)
  if (!tell || of === 0 || !response.body) return response
  const walk = response.headers.get('Content-Type')?.startsWith('application/pdf') ? pages() : documents()
  tell(0, of)
  const body = response.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, out) {
      tell(walk(piece), of)
      out.enqueue(piece)
    },
  }))
  return new Response(body, { status: response.status, headers: response.headers })
}
