// Package readiness says whether a sitting may be held (考前检查): a list of
// checks, each with how it stands, since when, and what it goes by. It keeps
// what is reported to it of drills and of the computers in the rooms, asks the
// rest of whoever knows, and decides nothing: a check without fresh evidence
// counts as failed, and whether the sitting is opened is for people.
package readiness
