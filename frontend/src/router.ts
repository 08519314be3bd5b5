// Every place with an address, and who may be there.
import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'
import { fetched } from '@/lib/fetched'
import { saying } from '@/lib/i18n'
import { useSession } from '@/stores/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** For whom the place is: people who are signed in (the default), who are not, both, or the first visitor. */
    for?: 'guest' | 'anybody' | 'founder'
  }
}

/** A page, as the router fetches it: several at once, and of these it hears only the first that does not come. */
function page<T>(load: () => Promise<T>): () => Promise<T> {
  return () => {
    const coming = fetched(load)
    coming.catch(() => undefined)
    return coming
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    {
      path: '/setup',
      name: 'setup',
      component: page(saying('auth', () => import('@/features/auth/SetupPage.vue'))),
      meta: { for: 'founder' },
    },
    {
      path: '/sign-in',
      name: 'sign-in',
      component: page(saying('auth', () => import('@/features/auth/SignInPage.vue'))),
      meta: { for: 'guest' },
    },
    {
      path: '/register',
      name: 'register',
      component: page(saying('auth', () => import('@/features/auth/RegisterPage.vue'))),
      meta: { for: 'guest' },
    },
    {
      path: '/invite/:code',
      name: 'invite',
      component: page(saying('auth', () => import('@/features/auth/InvitePage.vue'))),
      props: true,
      meta: { for: 'anybody' },
    },
    {
      path: '/look-round',
      name: 'look-round',
      component: page(saying('auth', () => import('@/features/auth/GuestPage.vue'))),
      meta: { for: 'guest' },
    },
    {
      path: '/reset/:code',
      name: 'reset',
      component: page(saying('auth', () => import('@/features/auth/ResetPage.vue'))),
      props: true,
      meta: { for: 'anybody' },
    },
    {
      path: '/terms',
      name: 'terms',
      component: page(saying('auth', () => import('@/features/auth/TermsPage.vue'))),
      meta: { for: 'anybody' },
    },
    { path: '/stay', name: 'stay', component: page(saying('auth', () => import('@/features/auth/StayPage.vue'))) },
    {
      path: '/',
      component: page(() => import('@/features/shell/AppShell.vue')),
      children: [
        { path: '', name: 'home', component: page(() => import('@/features/shell/HomePage.vue')) },
        {
          path: 'rooms/:id(\\d+)/:panel(members|info|threads)?/:thread(\\d+)?',
          name: 'room',
          component: page(() => import('@/features/chat/RoomPage.vue')),
          props: (route) => ({
            id: Number(route.params.id),
            panel: route.params.panel || null,
            thread: route.params.panel === 'threads' ? Number(route.params.thread) || null : null,
          }),
        },
        { path: 'mentions', name: 'mentions', component: page(() => import('@/features/marks/MentionsPage.vue')) },
        { path: 'people', name: 'people', component: page(() => import('@/features/people/PeoplePage.vue')) },
        {
          path: 'people/:id(\\d+)',
          name: 'person',
          component: page(() => import('@/features/people/ProfilePage.vue')),
          props: (route) => ({ id: Number(route.params.id) }),
        },
        {
          path: 'dm/:user(\\d+)',
          name: 'direct',
          component: page(() => import('@/features/rooms/DirectPage.vue')),
          props: (route) => ({ user: Number(route.params.user) }),
        },
        {
          path: 'search',
          name: 'search',
          component: page(saying('search', () => import('@/features/search/SearchPage.vue'))),
        },
        { path: 'browse', name: 'browse', component: page(() => import('@/features/rooms/DirectoryPage.vue')) },
        {
          path: 'settings/:section?',
          name: 'settings',
          component: page(saying('settings', () => import('@/features/settings/SettingsPage.vue'))),
          props: (route) => ({ section: route.params.section || null }),
        },
        {
          path: 'announcements',
          name: 'announcements',
          component: page(() => import('@/features/announcements/AnnouncementsPage.vue')),
        },
        {
          path: 'admin/:section?',
          name: 'admin',
          component: page(saying('admin', () => import('@/features/admin/AdminPage.vue'))),
          props: (route) => ({ section: route.params.section || null }),
        },
        { path: ':rest(.*)*', name: 'not-found', component: page(() => import('@/features/shell/NotFound.vue')) },
      ],
    },
  ],
})

/** Where somebody must go instead of *to*, by the phase of the session; null to let them in. */
export function detour(phase: string, to: Pick<RouteLocationNormalized, 'meta' | 'fullPath' | 'hash'>): object | null {
  if (to.meta.for === 'anybody' && phase !== 'setup') return null
  if (phase === 'setup') return to.meta.for === 'founder' ? null : { name: 'setup', hash: to.hash }
  if (phase === 'signed-in') return to.meta.for && to.meta.for !== 'anybody' ? { name: 'home' } : null
  if (phase === 'signed-out') {
    if (to.meta.for === 'guest' || to.meta.for === 'anybody') return null
    return { name: 'sign-in', query: to.meta.for || to.fullPath === '/' ? {} : { next: to.fullPath } }
  }
  return null
}

router.beforeEach((to) => detour(useSession().phase, to) ?? true)
