import { computed, ref, shallowRef } from 'vue'
import { client, onSession } from './api'
import type { Role, Session } from './lib/types'

/**
 * starting: asking whether the cookie still holds. out: nobody is signed in.
 * in: somebody is. expired: the session ended while pages were open; they stay
 * as they are below the sign-in.
 */
export type SignedIn = 'starting' | 'out' | 'in' | 'expired'

export const signedIn = ref<SignedIn>('starting')

/** The session in use; while expired, the last one. */
export const session = shallowRef<Session | null>(null)

export const roles = computed<readonly Role[]>(() => session.value?.roles ?? [])

onSession(
  (s) => {
    session.value = s
    signedIn.value = 'in'
  },
  () => {
    if (signedIn.value === 'in') signedIn.value = 'expired'
  },
)

/** Takes up the session of the cookie, if there is one. */
export async function resume(): Promise<void> {
  try {
    await client.refresh()
  } catch {
    // Signed out, or no server: either way the sign-in is shown, and it tells.
    if (signedIn.value === 'starting') signedIn.value = 'out'
  }
}

export async function signIn(login: string, password: string): Promise<Session> {
  return client.loginStaff({ login, password })
}

export async function signOut(): Promise<void> {
  await client.logout().catch(() => undefined) // signed out here whatever the server answers
  session.value = null
  signedIn.value = 'out'
}
