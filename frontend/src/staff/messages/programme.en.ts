import type { programmeZh } from './programme.zh-CN'

/** Programmes, English. */
export const programmeEn: Record<keyof typeof programmeZh, string> = {
  'programme.title': 'Programmes', 'programme.sub': 'Which levels are assessed, on which days each component is held, and for how many. A sitting may be part of a programme, which then bounds its dates, site and places.',
  'programme.new': 'Write a programme', 'programme.edit': 'Change the programme', 'programme.none': 'No programmes yet.', 'programme.noneHelp': 'Write one, then plan sittings by it; once announced, candidates see it on the page of applications. Sittings can also be planned without one.',
  'programme.state': 'State', 'programme.state.draft': 'Draft', 'programme.state.announced': 'Announced', 'programme.state.withdrawn': 'Withdrawn',
  'programme.name': 'Title', 'programme.nameHint': 'Such as: Security managers, fourth quarter of 2026. 2–80 characters.', 'programme.site': 'Site', 'programme.anySite': 'Any site', 'programme.siteHint': 'With a site, all sittings of the programme are held there.',
  'programme.first': 'First day of theory', 'programme.places': 'Places', 'programme.levelPlaces': 'level {level}: {n}', 'programme.changed': 'changed by {who}, {at}',
  'programme.capacity': 'Places', 'programme.capacityHint': 'The places of its sittings cannot add up to more.', 'programme.given': 'Given to sittings', 'programme.over': '{n} too many', 'programme.registered': 'Registered',
  'programme.from': 'First day', 'programme.until': 'Last day (may be empty for one day)', 'programme.to': 'to', 'programme.note': 'For candidates (optional)', 'programme.noteHint': 'Shown on the page of applications once announced; at most 500 characters.',
  'programme.why': 'Reason', 'programme.whyHint': 'This programme is announced: a change needs a reason, which stands in the record.', 'programme.save': 'Save the programme',
  'programme.whyChanged': 'Why it was changed last: {reason}', 'programme.whyWithdrawn': 'Why it was withdrawn: {reason}',
  'programme.announce': 'Announce', 'programme.announceAsk': 'Announce this programme?', 'programme.announceHelp': 'Everybody can then see levels, days, places and the note on the page of applications. Later changes need a reason.', 'programme.announced': 'Announced.',
  'programme.withdraw': 'Withdraw…', 'programme.withdrawAsk': 'Withdraw this programme?', 'programme.withdrawHelp': 'It is no longer shown and cannot come back. One that has sittings cannot be withdrawn.', 'programme.withdrawn': 'Withdrawn.',
  'programme.sittings': 'Its sittings', 'programme.noSittings': 'No sittings yet.', 'programme.noSittingsHelp': 'Press “Plan a sitting” beside a level above.', 'programme.newSitting': 'Plan a sitting', 'programme.taken': 'Registered / places',
  'plan.programme': 'Programme (optional)', 'plan.noProgramme': 'None', 'plan.programmeHint': 'With a programme, level, site, dates and places have to fit it.', 'plan.capacity': 'Places', 'plan.capacityHint': 'Nobody is registered beyond it; empty for no limit.', 'plan.capacityLeft': 'The programme has {n} left to give.',
  'plan.programmeDays': 'By the programme', 'plan.inProgramme': 'Programme', 'plan.capacityOf': '{of}, {n} taken', 'plan.err.capacity': 'Use 1 to 100,000, or leave it empty.', 'plan.err.capacityNeeded': 'A sitting of a programme needs places, 1 to 100,000.',
  'roster.overCapacity': '{of} {of|place|places}, {n} taken, {left} left; this list has {fit} {fit|person|people} to register, too many. Shorten the list, or add places in the plan first.',
}
