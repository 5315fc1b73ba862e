import { computed, onBeforeUnmount, onMounted, reactive, ref, shallowRef, watch } from 'vue'
import { ProblemError, typeOf } from '../../../shared/problem'
import { clock } from '../../lib/time'
import type { ItemDetail, ItemWarning } from '../../lib/types'
import { session } from '../../session'
import { keepLocalDraft, localDraft, type LocalDraft } from '../../store'
import { editor, type StepBody } from './api'
import { contentOf, emptyForm, formOf, POINT, type Form } from './form'

/** How long after the last key a draft is kept here, and warnings are asked for. */
const KEEP_AFTER = 600
const WARN_AFTER = 900

/**
 * One item under work: what is saved, what is written, and what became of each
 * save. A code of '' is an item that is not there yet.
 */
export function useDesk(bank: string, code: string, moved: (code: string) => void) {
  const detail = shallowRef<ItemDetail | null>(null)
  const form = reactive<Form>(emptyForm())
  const saved = ref(JSON.stringify(contentOf(form)))
  const dirty = computed(() => JSON.stringify(contentOf(form)) !== saved.value)
  const busy = ref(false)
  const stepping = ref(false) // what is handed in does not change any more
  const error = shallowRef<unknown>(null)
  const keptAt = ref('')
  const savedAt = ref('')
  const found = shallowRef<LocalDraft | null>(null)
  const conflict = shallowRef<ItemDetail | null>(null)
  const warnings = shallowRef<ItemWarning[]>([])
  const slot = () => `${bank}/${code}`
  const account = () => session.value?.subject ?? ''

  function take(d: ItemDetail, fill: boolean): void {
    detail.value = d
    warnings.value = d.warnings
    if (fill) Object.assign(form, formOf(d.content))
    saved.value = JSON.stringify(contentOf(fill ? form : formOf(d.content)))
  }

  function forget(): void {
    keepLocalDraft(account(), slot(), null)
    found.value = null
    keptAt.value = ''
  }

  async function load(): Promise<void> {
    error.value = null
    try {
      if (code !== '') take(await editor.item(bank, code), true)
      const local = localDraft(account(), slot())
      if (local && JSON.stringify(local.content) !== saved.value) found.value = local
      else forget()
    } catch (e) {
      error.value = e
    }
  }

  /** Takes up what this computer kept; a save over another's is still refused. */
  function restore(): void {
    const local = found.value
    if (!local) return
    Object.assign(form, formOf(local.content as ItemDetail['content']))
    found.value = null
  }

  async function run(what: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    error.value = null
    try {
      await what()
      return true
    } catch (e) {
      if (typeOf(e) === 'item-conflict' && code !== '') await clash()
      else error.value = e
      return false
    } finally {
      busy.value = false
    }
  }

  async function clash(): Promise<void> {
    try {
      conflict.value = await editor.item(bank, code)
    } catch (e) {
      error.value = e
    }
  }

  async function put(version: number, base: number): Promise<void> {
    const content = contentOf(form)
    if (code === '') {
      const d = await editor.create(bank, content)
      forget()
      saved.value = JSON.stringify(content)
      // What was typed meanwhile is offered again by the form of the new item.
      if (dirty.value) keepLocalDraft(account(), `${bank}/${d.row.code}`, { at: Date.now(), version: d.draft, base: d.base, content: contentOf(form) })
      moved(d.row.code)
      return
    }
    const d = await editor.save(bank, code, version, base, content)
    forget()
    // What was typed meanwhile stays, and is not saved yet.
    take(d, JSON.stringify(contentOf(form)) === JSON.stringify(content))
    savedAt.value = clock(d.serverNow)
  }

  const save = () => run(() => put(detail.value?.draft ?? 0, detail.value?.base ?? 0))

  /** After a conflict: what is written here counts, on top of what was saved there. */
  async function keepMine(): Promise<void> {
    const theirs = conflict.value
    if (theirs && await run(() => put(theirs.draft, theirs.base))) conflict.value = null
  }

  function takeTheirs(): void {
    if (conflict.value) take(conflict.value, true)
    conflict.value = null
    forget()
  }

  /** Takes a step; what is written is saved before it is handed in. */
  async function step(body: Omit<StepBody, 'version'>): Promise<boolean> {
    if (busy.value) return false
    stepping.value = true
    return run(async () => {
      if (body.step === 'submit' && (dirty.value || code === '')) await put(detail.value?.draft ?? 0, detail.value?.base ?? 0)
      const d = detail.value
      if (!d || code === '') return
      const now = await editor.step(bank, code, { ...body, version: d.row.version, draft: d.draft })
      forget()
      if (now) take(now, true)
      else moved('')
    }).finally(() => { stepping.value = false })
  }

  let keeping = 0
  let warning = 0
  let asking: AbortController | null = null
  watch(form, () => {
    clearTimeout(keeping)
    clearTimeout(warning)
    if (!dirty.value) return
    keeping = window.setTimeout(() => {
      const at = Date.now()
      const kept = keepLocalDraft(account(), slot(), { at, version: detail.value?.draft ?? 0, base: detail.value?.base ?? 0, content: contentOf(form) })
      keptAt.value = kept ? clock(at) : ''
    }, KEEP_AFTER)
    warning = window.setTimeout(() => { void warn() }, WARN_AFTER)
  }, { deep: true })

  async function warn(): Promise<void> {
    asking?.abort()
    asking = new AbortController()
    if (form.stem.trim() === '' || !POINT.test(form.point.trim().toUpperCase())) return
    try {
      warnings.value = await editor.warn(bank, code, contentOf(form), asking.signal)
    } catch (e) {
      if (!(e instanceof ProblemError)) return // asked again with the next key
    }
  }

  const beforeUnload = (e: BeforeUnloadEvent) => { if (dirty.value) e.preventDefault() }
  onMounted(() => { window.addEventListener('beforeunload', beforeUnload) })
  onBeforeUnmount(() => {
    clearTimeout(keeping)
    clearTimeout(warning)
    asking?.abort()
    window.removeEventListener('beforeunload', beforeUnload)
  })
  void load()
  return { detail, form, dirty, busy, stepping, error, keptAt, savedAt, found, conflict, warnings, load, restore, forget, save, step, keepMine, takeTheirs }
}
