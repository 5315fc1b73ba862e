import { computed, watchEffect } from 'vue'
import { t } from './i18n'

/** Names the page in the browser's tab, in the language in use. */
export function usePageTitle(title: () => string): void {
  const full = computed(() => t('app.titleTail', { title: title() }))
  watchEffect(() => { document.title = full.value })
}
