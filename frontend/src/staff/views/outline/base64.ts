/** What a file holds, as the contract's bytes. */
export function base64(file: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader()
    reader.onload = () => { done(String(reader.result).replace(/^[^,]*,/, '')) }
    reader.onerror = () => { failed(new Error(reader.error?.message ?? '')) }
    reader.readAsDataURL(file)
  })
}
