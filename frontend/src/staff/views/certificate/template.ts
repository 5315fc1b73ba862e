import type { Schemas } from '../../../shared/api'

export type Form = Schemas['TemplateForm']

/** A form with every member, and no picture. */
export function blank(): Form {
  return { title: '', titleEN: '', intro: '', introEN: '', fields: [], checks: [], seal: '', note: '', portraitWidth: 25, portraitHeight: 35, logo: undefined, sealPicture: undefined }
}

/** A picture's bytes as the contract carries them. */
export async function encoded(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(text)
}
