import { reactive, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { t, type Key } from '../../i18n'
import { base64 } from '../outline/base64'
import type { ProfileVerdict } from './api'

/** What staff enter about people: one by one, or a file that is judged row by row. */
export interface Sent<R> { dry: boolean; rows?: R[]; data?: string }

export interface Intake<R> {
  row: R
  busy: Ref<boolean>
  error: ShallowRef<unknown>
  done: Ref<string>
  file: ShallowRef<{ name: string; data: string } | null>
  verdicts: ShallowRef<ProfileVerdict[] | null>
  said: (field: string) => string | null
  picked: (f: File) => Promise<void>
  back: () => void
  keep: () => Promise<void>
  enter: () => Promise<void>
}

/**
 * Judges a file before anything is kept, keeps it, and keeps one row of a form.
 * What somebody typed while a row was being kept stays in the form.
 */
export function useIntake<R extends { name: string }>(fresh: () => R, entered: Key, send: (body: Sent<R>) => Promise<ProfileVerdict[]>, reload: () => Promise<void>): Intake<R> {
  const row = reactive(fresh()) as R
  const busy = ref(false)
  const error = shallowRef<unknown>(null)
  const done = ref('')
  const file = shallowRef<{ name: string; data: string } | null>(null)
  const verdicts = shallowRef<ProfileVerdict[] | null>(null)
  const one = shallowRef<ProfileVerdict | null>(null)

  async function guarded(work: () => Promise<void>): Promise<void> {
    if (busy.value) return
    busy.value = true
    error.value = null
    done.value = ''
    await work().catch((e: unknown) => { error.value = e })
    busy.value = false
  }
  return {
    row, busy, error, done, file, verdicts,
    said: (field) => (one.value?.field === field ? one.value.detail ?? null : null),
    picked: (f) => guarded(async () => {
      verdicts.value = null
      file.value = { name: f.name, data: await base64(f) }
      verdicts.value = await send({ dry: true, data: file.value.data })
    }),
    back: () => { verdicts.value = null },
    keep: () => guarded(async () => {
      if (!file.value) return
      const all = await send({ dry: false, data: file.value.data })
      const refused = all.filter((v) => v.outcome === 'refused').length
      verdicts.value = null
      await reload()
      done.value = t('profile.kept', { n: all.length - refused, refused })
    }),
    enter: () => guarded(async () => {
      const sent = { ...row }
      one.value = (await send({ dry: false, rows: [sent] }))[0] ?? null
      if (one.value?.outcome === 'refused') return
      one.value = null
      if (JSON.stringify(row) === JSON.stringify(sent)) Object.assign(row, fresh())
      await reload()
      done.value = t(entered, { name: sent.name })
    }),
  }
}
