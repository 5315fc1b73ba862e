import type { earlierZh } from './earlier.zh-CN'

/** Texts of certificates that were issued elsewhere. English. */
export const earlierEn: Record<keyof typeof earlierZh, string> = {
  'earlier.link': 'Earlier certificates…',
  'earlier.title': 'Certificates issued elsewhere',
  'earlier.sub': 'Issued before this program, or by other bodies. Whoever has a valid one of an occupation and level is held back by the check before issue. They are not looked up by the public and count in no report.',
  'earlier.head': 'The first line of the file names its columns: {head}. The first seven are needed; a file of certificates exported by this program, with document numbers in full, can be imported as it is.',
  'earlier.find': 'Name begins with',
  'earlier.none': 'No certificates are imported yet.', 'earlier.noneHelp': 'Import a workbook or CSV; each row is judged before anything is kept.', 'earlier.noMatch': 'No such certificates.', 'earlier.unit': '{n|certificate|certificates}',
  'earlier.number': 'Number', 'earlier.document': 'Document', 'earlier.occupation': 'Occupation', 'earlier.body': 'Issued by', 'earlier.date': 'Date of issue',
  'earlier.valid': 'Valid', 'earlier.void': 'Revoked', 'earlier.voided': '{on} {why}',
  'earlier.remove': 'Remove', 'earlier.removeOf': 'Remove {number}', 'earlier.removeTitle': 'Remove a certificate imported by mistake?', 'earlier.removeText': '{name}, {number}. The check before issue no longer looks at it; the act is recorded.', 'earlier.removed': '{number} is removed.',
}
