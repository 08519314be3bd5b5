// Starts the page: styles, language, who is signed in, then the routes.
import './styles/tokens.css'
import './styles/reset.css'
import './styles/base.css'
import './styles/utilities.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { i18n } from '@/lib/i18n'
import { usePrefs } from '@/stores/prefs'
import { useSession } from '@/stores/session'
import App from './App.vue'
import { router } from './router'

const app = createApp(App).use(createPinia()).use(i18n)

/* The first route depends on who is asking: the router starts after the session. */
await Promise.all([usePrefs().ready(), useSession().start()])
app.use(router).mount('#app')
