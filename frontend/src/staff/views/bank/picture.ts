import { editor } from './api'

/** The longest side that a page shows well, and what the server takes. */
const SIDE = 1200
const MOST = 500 * 1024

/** Uploads an image, made smaller first where it is large, and returns its mark. */
export async function upload(file: Blob, word: string): Promise<string> {
  const picture = await editor.picture(await base64(await fitting(file)))
  return `[img:${picture.id}|${word}]`
}

/** The image of a paste, if there is one. */
export function pasted(e: ClipboardEvent): File | null {
  return [...(e.clipboardData?.files ?? [])].find((f) => /^image\/(png|jpeg)$/.test(f.type)) ?? null
}

async function fitting(file: Blob): Promise<Blob> {
  const image = await createImageBitmap(file)
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height))
  if (scale === 1 && file.size <= MOST && /^image\/(png|jpeg)$/.test(file.type)) return file
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(image.width * scale))
  canvas.height = Math.max(1, Math.round(image.height * scale))
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  const png = await blobOf(canvas, 'image/png')
  return png.size <= MOST ? png : blobOf(canvas, 'image/jpeg')
}

function blobOf(canvas: HTMLCanvasElement, type: string): Promise<Blob> {
  return new Promise((done, failed) => { canvas.toBlob((b) => { if (b) done(b); else failed(new Error(type)) }, type, 0.85) })
}

export function base64(file: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader()
    reader.onload = () => { done(String(reader.result).replace(/^[^,]*,/, '')) }
    reader.onerror = () => { failed(new Error(reader.error?.message ?? '')) }
    reader.readAsDataURL(file)
  })
}
