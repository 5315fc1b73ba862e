// Which part of a picture is kept. No DOM.

export interface Frame { x: number; y: number; width: number; height: number }

/** The part of a picture that has the ratio: `zoom` from 1 on, `left` and `top` from 0 to 1 along what is left over. */
export function frame(picture: { width: number; height: number }, ratio: { w: number; h: number }, at: { zoom: number; left: number; top: number }): Frame {
  const scale = Math.min(picture.width / ratio.w, picture.height / ratio.h) / Math.max(1, at.zoom)
  const width = ratio.w * scale
  const height = ratio.h * scale
  const along = (room: number, share: number) => Math.max(0, room) * Math.min(1, Math.max(0, share))
  return { x: along(picture.width - width, at.left), y: along(picture.height - height, at.top), width, height }
}

/** The size in pixels in which a photograph is sent: half as much again as the least, where the picture has it. */
export function size(part: Frame, least: { width: number; height: number }): { width: number; height: number } {
  const width = Math.round(Math.min(Math.max(part.width, least.width), least.width * 1.5))
  return { width, height: Math.round((width * part.height) / part.width) }
}

/** Bytes as the contract sends them. */
export function base64(bytes: ArrayBuffer): string {
  let out = ''
  const all = new Uint8Array(bytes)
  for (let i = 0; i < all.length; i += 0x8000) out += String.fromCharCode(...all.subarray(i, i + 0x8000))
  return btoa(out)
}

export type FieldName = 'name' | 'idNumber' | 'phone' | 'condition' | 'photo' | 'evidence'
export interface Typed { name: string; idNumber: string; phone: string; employer: string; condition: string }

/** The fields that cannot be sent so, in the order of the form; the server decides. */
export function faults(x: Typed, has: { photo: boolean; files: number }): FieldName[] {
  const out: FieldName[] = []
  if (x.name.trim() === '') out.push('name')
  if (x.idNumber.replace(/\s/g, '').length < 15) out.push('idNumber')
  if (!/^\+?\d{5,15}$/.test(x.phone.replace(/[\s-]/g, ''))) out.push('phone')
  if (x.condition === '') out.push('condition')
  if (!has.photo) out.push('photo')
  if (has.files === 0) out.push('evidence')
  return out
}
