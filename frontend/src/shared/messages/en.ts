import type { Key } from './zh-CN'

/** Texts that both the candidate page and the staff pages show, English. */
export const en: Readonly<Record<Key, string>> = {
  'type.B': 'Single choice',
  'type.G': 'Multiple choice',
  'type.C': 'True or false',
  'type.T': 'Fill in',
  'type.D': 'Short answer',
  'type.W': 'Essay',
  'type.E': 'Case',
  'network.timeout': 'The server did not answer in time. Try again.',
  'network.unreachable': 'The server cannot be reached. Check the cable or the network and try again.',
  'network.gateway': 'Something other than the exam server answered. Check the network and try again.',
}
