// The contract's types that the candidate page works with, under its own names.
import type { components } from '../contract.gen'

type S = components['schemas']

export type CandidateExam = S['CandidateExam']
export type Entered = S['Entered']
export type Paper = S['Paper']
export type PaperSlot = S['PaperSlot']
export type Response = S['Response']
export type Operation = S['Operation']
export type Answer = S['Answer']
export type AnswersFile = S['AnswersFile']
export type Beat = S['Beat']
export type Problem = S['Problem']
export type Clock = S['Clock']
export type Receipt = S['Receipt']
export type OwnResult = S['OwnResult']
export type ReviewSlot = S['ReviewSlot']
export type ItemType = S['ItemType']
export type AttemptState = S['AttemptState']
