import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { StoredFile } from '../../../shared/files'
import { saveFile } from '../../save'
import { files } from './api'

/** Shows a stored picture on the page, and saves a PDF. */
export function useFileView(error: ShallowRef<unknown>): {
  shown: ShallowRef<{ name: string; content: Blob } | null>
  opening: Ref<string>
  view: (f: StoredFile) => Promise<void>
} {
  const shown = shallowRef<{ name: string; content: Blob } | null>(null)
  const opening = ref('')
  return {
    shown, opening,
    view: async (f) => {
      opening.value = f.id
      error.value = null
      try {
        const content = await files.read(f.id)
        if (f.type === 'application/pdf') saveFile(f.name, content)
        else shown.value = { name: f.name, content }
      } catch (e) {
        error.value = e
      } finally {
        opening.value = ''
      }
    },
  }
}
