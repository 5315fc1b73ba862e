// Makes photographs small enough for a bad network. What cannot be read as a
// picture stays as it is: the server says what is wrong with it.

/** The longer side of a photograph that is sent, in pixels. */
const longest = 2560
const quality = 0.85
/** Below this a file is not touched. */
const small = 700_000

export interface Picked { name: string; bytes: ArrayBuffer }

export async function shrunk(file: File): Promise<Picked> {
  const as = async (name: string, blob: Blob): Promise<Picked> => ({ name, bytes: await blob.arrayBuffer() })
  if (!file.type.startsWith('image/') || (file.size <= small && (file.type === 'image/jpeg' || file.type === 'image/png'))) return as(file.name, file)
  try {
    const picture = await createImageBitmap(file)
    const scale = Math.min(1, longest / Math.max(picture.width, picture.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(picture.width * scale)
    canvas.height = Math.round(picture.height * scale)
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
    picture.close()
    const blob = await new Promise<Blob | null>((done) => { canvas.toBlob(done, 'image/jpeg', quality) })
    return blob && blob.size < file.size ? await as(file.name.replace(/\.[^.]*$/, '') + '.jpg', blob) : await as(file.name, file)
  } catch {
    return as(file.name, file)
  }
}
