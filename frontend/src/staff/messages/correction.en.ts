/** Texts of what candidates ask to be put right. English. */
export const correctionEn = {
  'register.corrections': 'Corrections',
  'correction.title': 'Requests for correction', 'correction.sub': 'What candidates asked for after they saw what is kept about them. Check the document first.',
  'correction.open': 'Waiting', 'correction.decided': 'Decided',
  'correction.none': 'No request waits', 'correction.noneDecided': 'No request was decided yet', 'correction.noneHelp': 'Candidates who sign in to the page for materials see what is kept about them and can ask for a correction.',
  'correction.col.at': 'Sent on', 'correction.col.who': 'Candidate', 'correction.col.about': 'About', 'correction.col.wish': 'As the candidate wrote', 'correction.col.answer': 'Decision', 'correction.col.act': 'Decide',
  'correction.about.name': 'Name', 'correction.about.number': 'Document number', 'correction.about.employer': 'Employer', 'correction.about.other': 'Something else',
  'correction.state.sent': 'Waiting', 'correction.state.done': 'Corrected', 'correction.state.refused': 'Not corrected',
  'correction.do': 'Correct', 'correction.doOf': 'Correct what is kept of {name}', 'correction.refuse': 'Refuse', 'correction.refuseOf': 'Refuse the request of {name}',
  'correction.doTitle': 'Correct what is kept of {name}?', 'correction.refuseTitle': 'Refuse the request of {name}?',
  'correction.doName': 'The name becomes “{wish}”. Certificates that were issued stay; reissue them where needed.', 'correction.doOther': 'Put it right on its own page first, then answer the candidate here.', 'correction.refuseText': 'Nothing changes; the candidate reads your answer.',
  'correction.answer': 'Answer to the candidate', 'correction.answerHint': '2 to 500 characters, which the candidate reads',
  'correction.told.done': '{name} was answered: corrected.', 'correction.told.refused': '{name} was answered: not corrected.',
}
