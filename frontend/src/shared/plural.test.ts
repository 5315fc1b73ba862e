import { expect, test } from 'vitest'

const files = import.meta.glob<Record<string, Record<string, string>>>(['../*/messages/*en.ts', '../candidate/*/*messages.ts'], { eager: true })

/** A value and a word that goes with many. Values of some names are no numbers of things; what they do ends in s as well. */
const MANY = /\{(?!(?:name|who|by|kind|room|was|list)\})\w+\} (?!(?:is|was|as|has|ms|suspicious)\b)(?:\w+s|are|have|were|people)\b/

/** Texts that are right all the same, by reason. */
const RIGHT: Record<string, readonly string[]> = {
  'the number is a constant': ['q.count', 'q.full', 'reg.blockMost', 'assess.first', 'photo.hint', 'crun.more'],
  'said of two or more': ['word.many', 'many', 'out.unqualified.many', 'fig.allSittings', 'mplan.saveText', 'sheet.stepOf', 'sheet.r.times'],
  'a score or a ratio, such as 1.00 points': ['result.sectionHead', 'agree.lower', 'agree.higher', 'letter.change', 'ask.change', 'fig.why.slow', 'fig.why.fast'],
  'the word is a verb of something before': ['lock.gap.note', 'regrade.harm'],
}

test('English that counts has words for one', () => {
  const texts = Object.values(files).flatMap((file) => Object.values(file)).flatMap((dictionary) => Object.entries(dictionary))
  const right = Object.values(RIGHT).flat()
  const wrong = texts.filter(([key, text]) => MANY.test(text) && !right.includes(key))
  expect(wrong.map(([key, text]) => `${key}: ${text}`)).toEqual([])
})
