import { computed, ref, shallowRef } from 'vue'
import type { Schemas } from '../shared/api'
import { NetworkError, typeOf } from '../shared/problem'
import { client, onSession } from './api'
import { may } from './lib/sitting'
import type { Role, Session } from './lib/types'
import { forgetPerson, savePerson, savedPerson } from './store'
import { useWorker } from './worker'

/**
 * starting: asking whether the cookie still holds. out: nobody is signed in.
 * in: somebody is. expired: the session ended while pages were open; they stay
 * as they are below the sign-in.
 */
export type SignedIn = 'starting' | 'out' | 'in' | 'expired'

export const signedIn = ref<SignedIn>('starting')

/** The session in use; while expired, the last one. */
export const session = shallowRef<Session | null>(null)

/** The page began without a network, as whoever this device remembers. Nothing is read or sent so. */
export const away = ref(false)

/** How long a device remembers an examiner: a day in the hall. */
const remembered = 14 * 3_600_000

export const roles = computed<readonly Role[]>(() => session.value?.roles ?? [])

/** Whoever plans and decides. An auditor opens the same pages, and reads. */
export const acts = computed(() => may(roles.value, 'plan'))

/** Whoever writes items, outlines and blueprints. Reviewers and auditors read them. */
export const writes = computed(() => may(roles.value, 'write'))

/** Whoever runs the rooms on the day. An auditor looks on. */
export const runs = computed(() => may(roles.value, 'run'))

/** Whoever is an auditor and nothing else: reads all, changes nothing. */
export const reads = computed(() => roles.value.length > 0 && roles.value.every((r) => r === 'auditor'))

onSession(
  (s) => {
    session.value = s
    signedIn.value = 'in'
    away.value = false
    if (s.roles.includes('examiner')) {
      savePerson({ subject: s.subject, name: s.name, roles: [...s.roles], until: Date.now() + remembered })
      useWorker()
    } else {
      forgetPerson()
    }
  },
  () => {
    if (signedIn.value === 'in') signedIn.value = 'expired'
  },
)

/** Takes up the session of the cookie, if there is one. */
export async function resume(): Promise<void> {
  try {
    await client.refresh()
  } catch (e) {
    if (signedIn.value !== 'starting') return
    const person = e instanceof NetworkError ? savedPerson(Date.now()) : null
    if (person) {
      session.value = { accessToken: '', expiresAt: '', serverNow: '', audience: 'staff', subject: person.subject, name: person.name, roles: person.roles as Role[] }
      away.value = true
      signedIn.value = 'in'
      comeBack()
      return
    }
    // Signed out, or no server: either way the sign-in is shown, and it tells.
    if (typeOf(e) === 'unauthenticated') forgetPerson()
    signedIn.value = 'out'
  }
}

/** Looks for the server until it answers: the session goes on, or asks for the password. */
function comeBack(): void {
  let busy = false
  const look = async () => {
    if (!away.value || busy) return
    busy = true
    try {
      await client.refresh()
    } catch (e) {
      if (typeOf(e) === 'unauthenticated' && away.value) {
        away.value = false
        signedIn.value = 'expired'
      }
    } finally {
      busy = false
    }
    if (!away.value) {
      clearInterval(timer)
      window.removeEventListener('online', look)
    }
  }
  const timer = setInterval(look, 5_000)
  window.addEventListener('online', look)
}

/** What stands for the second factor: a code, or a passkey's answer to the server's question. */
export type Proof = { code: string } | { passkey: Schemas['PasskeyAnswer'] }

export async function signIn(login: string, password: string, proof: Proof): Promise<Session> {
  return client.loginStaff('code' in proof && proof.code === '' ? { login, password } : { login, password, ...proof })
}

export async function signOut(): Promise<void> {
  await client.logout().catch(() => undefined) // signed out here whatever the server answers
  forgetPerson()
  away.value = false
  session.value = null
  signedIn.value = 'out'
}
