import { ref, watchEffect } from 'vue'
import { savedTheme, saveTheme, type Theme } from './store'

export const theme = ref<Theme>(savedTheme())

watchEffect(() => {
  if (typeof document === 'undefined') return
  if (theme.value === 'contrast') document.documentElement.dataset.theme = 'contrast'
  else delete document.documentElement.dataset.theme
})

export function setTheme(to: Theme): void {
  theme.value = to
  saveTheme(to)
}
