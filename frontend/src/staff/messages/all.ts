import { accessEn } from './access.en'
import { accessZh } from './access.zh-CN'
import { accountEn } from './account.en'
import { accountZh } from './account.zh-CN'
import { auditEn } from './audit.en'
import { auditZh } from './audit.zh-CN'
import { certificateEn } from './certificate.en'
import { certificateZh } from './certificate.zh-CN'
import { correctionEn } from './correction.en'
import { correctionZh } from './correction.zh-CN'
import { custodyEn } from './custody.en'
import { earlierEn } from './earlier.en'
import { custodyZh } from './custody.zh-CN'
import { earlierZh } from './earlier.zh-CN'
import { dayEn } from './day.en'
import { dayZh } from './day.zh-CN'
import { editorEn } from './editor.en'
import { editorZh } from './editor.zh-CN'
import { en as staffEn } from './en'
import { hallEn } from './hall.en'
import { hallZh } from './hall.zh-CN'
import { exchangeEn } from './exchange.en'
import { exchangeZh } from './exchange.zh-CN'
import { figuresEn } from './figures.en'
import { figuresZh } from './figures.zh-CN'
import { handoutEn } from './handout.en'
import { handoutZh } from './handout.zh-CN'
import { lineEn } from './line.en'
import { lineZh } from './line.zh-CN'
import { liveEn } from './live.en'
import { liveZh } from './live.zh-CN'
import { markingEn } from './marking.en'
import { markingZh } from './marking.zh-CN'
import { panelEn } from './panel.en'
import { panelZh } from './panel.zh-CN'
import { planEn } from './plan.en'
import { planZh } from './plan.zh-CN'
import { programmeEn } from './programme.en'
import { programmeZh } from './programme.zh-CN'
import { readyEn } from './ready.en'
import { readyZh } from './ready.zh-CN'
import { registerEn } from './register.en'
import { registerZh } from './register.zh-CN'
import { proctorEn } from './proctor.en'
import { proctorZh } from './proctor.zh-CN'
import { resultEn } from './result.en'
import { resultZh } from './result.zh-CN'
import { reviewEn } from './review.en'
import { reviewZh } from './review.zh-CN'
import { sheetEn } from './sheet.en'
import { sheetZh } from './sheet.zh-CN'
import { talentEn } from './talent.en'
import { talentZh } from './talent.zh-CN'
import { tabletEn } from './tablet.en'
import { tabletZh } from './tablet.zh-CN'
import { zhCN as staffZh } from './zh-CN'

/** Every file of texts, for the test that holds the two languages against each other. */
export const FILES: readonly (readonly [zh: Record<string, string>, en: Record<string, string>])[] = [
  [staffZh, staffEn],
  [lineZh, lineEn],
  [liveZh, liveEn],
  [resultZh, resultEn],
  [auditZh, auditEn],
  [accountZh, accountEn],
  [readyZh, readyEn],
  [markingZh, markingEn],
  [handoutZh, handoutEn],
  [sheetZh, sheetEn],
  [editorZh, editorEn],
  [exchangeZh, exchangeEn],
  [panelZh, panelEn],
  [reviewZh, reviewEn],
  [tabletZh, tabletEn],
  [hallZh, hallEn],
  [planZh, planEn],
  [programmeZh, programmeEn],
  [figuresZh, figuresEn],
  [registerZh, registerEn],
  [talentZh, talentEn],
  [certificateZh, certificateEn],
  [proctorZh, proctorEn],
  [accessZh, accessEn],
  [dayZh, dayEn],
  [correctionZh, correctionEn],
  [custodyZh, custodyEn],
  [earlierZh, earlierEn],
]

/** All texts of the staff pages. */
export const zhCN = {
  ...staffZh,
  ...lineZh,
  ...liveZh,
  ...resultZh,
  ...auditZh,
  ...accountZh,
  ...markingZh,
  ...handoutZh,
  ...sheetZh,
  ...editorZh,
  ...exchangeZh,
  ...panelZh,
  ...reviewZh,
  ...tabletZh,
  ...hallZh,
  ...planZh,
  ...programmeZh,
  ...figuresZh,
  ...registerZh,
  ...talentZh,
  ...certificateZh,
  ...proctorZh,
  ...accessZh,
  ...dayZh,
  ...readyZh,
  ...correctionZh,
  ...custodyZh,
  ...earlierZh,
}

export const en = {
  ...staffEn,
  ...lineEn,
  ...liveEn,
  ...resultEn,
  ...auditEn,
  ...accountEn,
  ...markingEn,
  ...handoutEn,
  ...sheetEn,
  ...editorEn,
  ...exchangeEn,
  ...panelEn,
  ...reviewEn,
  ...tabletEn,
  ...hallEn,
  ...planEn,
  ...programmeEn,
  ...figuresEn,
  ...registerEn,
  ...talentEn,
  ...certificateEn,
  ...proctorEn,
  ...accessEn,
  ...dayEn,
  ...readyEn,
  ...correctionEn,
  ...custodyEn,
  ...earlierEn,
}
