import type { custodyZh } from './custody.zh-CN'

/** What becomes of exams that are over: archives and retention, English. */
export const custodyEn: Record<keyof typeof custodyZh, string> = {
  'custody.link': 'Archive',
  'archive.title': 'Archive',
  'archive.help': 'An archive holds the papers, answer journals, submissions, scores, results, room log and record of acts of this sitting in one file, encrypted, and signed by the keys that the body publishes. It can be checked and read years later without any database (gongyuan archive verify, gongyuan archive read).',
  'archive.notYet': 'A sitting can be archived once its results are released.', 'archive.notYetHelp': 'This sitting is now: {state}.',
  'archive.none': 'Not archived yet.', 'archive.make': 'Archive', 'archive.makeAgain': 'Archive again',
  'archive.makeTitle': 'Archive this sitting?', 'archive.makeText': 'Writes everything about {n} candidates, then reads the file back whole. That may take minutes.', 'archive.againText': 'Earlier files stay as they are; the new one also holds what was appealed and changed since.',
  'archive.made': 'Archived as file {n}, and read back whole.',
  'archive.col.number': 'File', 'archive.col.at': 'When and who', 'archive.col.size': 'Size', 'archive.col.lines': 'Content', 'archive.col.sha': 'SHA-256', 'archive.col.act': 'Act',
  'archive.number': 'File {n}', 'archive.lines': '{papers} papers · {answers} submissions · {rows} recorded acts', 'archive.bytes': '{n} kB', 'archive.keyIs': 'key {key}',
  'archive.check': 'Check', 'archive.checked': 'File {n} is whole: its signature is valid and every line can be read.', 'archive.take': 'Download', 'archive.taken': 'File {n} downloaded. Keep it elsewhere, and keep the secrets of this installation.',
  'archive.recorded': 'Downloads, requests, approvals and every reading are recorded.',
  'archive.read': 'Reading archived papers', 'archive.readHelp': 'Reading needs a reason and the approval of another administrator; then who asked can read for 7 days.',
  'archive.ask': 'Ask to read', 'archive.askTitle': 'Ask to read archived papers', 'archive.askWhy': 'Reason', 'archive.askWhich': 'File', 'archive.askWho': 'Candidate', 'archive.everybody': 'All candidates',
  'archive.asked': 'Asked; another administrator has to approve.', 'archive.noRequests': 'No requests.',
  'archive.req.what': 'Request', 'archive.req.state': 'State', 'archive.req.second': 'Second person', 'archive.state.asked': 'Waiting for approval', 'archive.state.approved': 'Approved', 'archive.state.refused': 'Not approved',
  'archive.until': 'may be read until {at}', 'archive.approve': 'Approve', 'archive.refuse': 'Do not approve', 'archive.approveTitle': 'Approve this reading?', 'archive.refuseTitle': 'Not approve this reading?', 'archive.decideText': '{by} asks to read file {n} ({who}): {why}', 'archive.word': 'Remark', 'archive.optional': 'optional',
  'archive.open': 'Read', 'archive.opened': 'Checked whole and saved. Delete it when done.', 'archive.own': 'Who asked cannot approve.',
}
