/** The record of who did what, English. */
export const auditEn = {
  'nav.audit': 'Record',
  'audit.title': 'Record of acts',
  'audit.help': 'Each entry seals the one before: one that is changed, dropped or swapped is found by gongyuan audit verify. The newest first.',
  'audit.find': 'By object, such as sitting:ID', 'audit.findAct': 'Find', 'audit.all': 'Show all',
  'audit.none': 'Nothing is recorded.',
  'audit.col.number': 'No.', 'audit.col.at': 'Time', 'audit.col.who': 'Who', 'audit.col.act': 'What', 'audit.col.object': 'To what', 'audit.col.why': 'Why', 'audit.col.seal': 'Seal',
  'audit.more': 'Before and after', 'audit.before': 'Before', 'audit.after': 'After', 'audit.older': 'Older',
  'audit.failed': '{act} (failed)',
  'audit.act.sitting.seal': 'Sealed papers', 'audit.act.sitting.open': 'Opened', 'audit.act.sitting.close': 'Closed', 'audit.act.sitting.release': 'Shown to candidates',
  'audit.act.result.propose': 'Proposed a release', 'audit.act.result.approved': 'Approved a release', 'audit.act.result.returned': 'Returned a release', 'audit.act.result.void': 'Release void', 'audit.act.result.version': 'New version of a result',
  'audit.act.ruling.make': 'Recorded misconduct or withheld', 'audit.act.ruling.confirm': 'Confirmed misconduct', 'audit.act.ruling.refuse': 'Did not confirm', 'audit.act.ruling.lift': 'Lifted',
  'audit.act.result.export': 'results exported', 'audit.act.result-codes.read': 'codes read', 'audit.act.report-map.add': 'column map added', 'audit.act.report-map.change': 'column map changed',
  'audit.act.certificate.issue': 'Issued certificates', 'audit.act.certificate.revoke': 'Revoked a certificate',
  'audit.object.report-map': 'column map',
  'audit.object.sitting': 'Sitting', 'audit.object.registration': 'Candidate', 'audit.object.certificate': 'Certificate', 'audit.object.score': 'Score', 'audit.object.panel': 'Panel',
} as const
