// Package assess holds what examiners score: the score sheets of skill
// assessment (技能考核) and comprehensive review (综合评审), each examiner's own
// score of each candidate, the panel that scores, and how its scores become
// one outcome of the component.
//
// Four rules shape it. A row that nobody touched is 未评 and never full marks.
// A veto row that nobody decided is 待判定 and keeps the sheet from being
// signed. Examiners score independently: nobody reads another's score of a
// candidate before all have signed theirs. Examiners see draw numbers (抽签号)
// and nothing else of a candidate.
//
// Sheets, totals and outcomes are pure. Desk carries out what people do; its
// stores are engine/mongostore. How components become the outcome of a level
// is engine/result.
package assess
