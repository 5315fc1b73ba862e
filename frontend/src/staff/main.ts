import { createApp } from 'vue'
import '../shared/tokens.css'
import './staff.css'
import App from './App.vue'
import { router } from './router'
import { resume } from './session'

const app = createApp(App)
app.use(router)
app.mount('#app')
void resume()
