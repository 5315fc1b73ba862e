import { en as sharedEn } from '../shared/messages/en'
import { en } from './messages/en'

export const english = { ...sharedEn, ...en }
