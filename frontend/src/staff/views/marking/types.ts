import type { components } from '../../../contract.gen'

/** The contract's types of marking by people, under short names. */
type S = components['schemas']

export type Plan = S['MarkingPlan']
export type Progress = S['MarkingProgress']
export type MarkerProgress = S['MarkerProgress']
export type Figure = S['MarkingFigure']
export type Third = S['MarkingThird']
export type Handout = S['MarkingHandout']
export type Task = S['MarkingTask']
export type Given = S['MarkingGiven']
export type Mark = S['MarkingMark']
export type Recent = S['MarkingRecent']
export type Duty = S['MarkingDuty']
export type PeopleMark = S['PeopleMark']
