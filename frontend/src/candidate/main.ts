import { createApp } from 'vue'
import '../shared/tokens.css'
import './candidate.css'
import App from './App.vue'
import { openRoom, page, startTime } from './page'
import { applyPrefs, recallLanguage } from './prefs'

applyPrefs(document.documentElement)
startTime()
void recallLanguage().then(() => createApp(App).mount('#app'))
void page.start().then(openRoom, openRoom)

document.addEventListener('visibilitychange', () => page.onVisibility(document.hidden))
window.addEventListener('beforeunload', (e) => { if (page.wouldLose()) { e.preventDefault(); e.returnValue = '' } })
window.addEventListener('pagehide', () => page.flush())
window.addEventListener('online', () => page.onOnline())
window.addEventListener('offline', () => page.onOffline())
