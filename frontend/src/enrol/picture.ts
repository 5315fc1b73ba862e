import { base64, frame, size } from './crop'

// The browser's side of photographs: reading, drawing, packing.

export interface Cut { zoom: number; left: number; top: number }
export interface Wanted { leastWidth: number; leastHeight: number; ratioWidth: number; ratioHeight: number }

export function draw(canvas: HTMLCanvasElement, picture: ImageBitmap, want: Wanted, cut: Cut): void {
  const part = frame(picture, { w: want.ratioWidth, h: want.ratioHeight }, cut)
  const out = size(part, { width: want.leastWidth, height: want.leastHeight })
  canvas.width = out.width
  canvas.height = out.height
  canvas.getContext('2d')?.drawImage(picture, part.x, part.y, part.width, part.height, 0, 0, out.width, out.height)
}

const packed = (canvas: HTMLCanvasElement, quality: number) => new Promise<Blob | null>((done) => { canvas.toBlob(done, 'image/jpeg', quality) })

export async function photo(canvas: HTMLCanvasElement): Promise<string> {
  const blob = await packed(canvas, 0.88)
  if (!blob) throw new Error('no picture')
  return base64(await blob.arrayBuffer())
}

/** The longer side of a photographed document, in pixels. */
const LONGEST = 1600

/** A document as it is sent: photographs made small enough, anything else as it is. */
export async function scan(file: File): Promise<{ name: string; data: string; size: number }> {
  let blob: Blob = file
  if (file.type.startsWith('image/')) {
    try {
      const picture = await createImageBitmap(file)
      const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height))
      const canvas = document.createElement('canvas')
      canvas.width = Math.round(picture.width * scale)
      canvas.height = Math.round(picture.height * scale)
      canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
      picture.close()
      const smaller = await packed(canvas, 0.75)
      if (smaller && smaller.size < file.size) blob = smaller
    } catch {
      // What cannot be read as a picture goes as it is: the server says what is wrong with it.
    }
  }
  return { name: file.name, data: base64(await blob.arrayBuffer()), size: blob.size }
}
