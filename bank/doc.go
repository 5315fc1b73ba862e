// Package bank says what a question is, how a response to it is marked, and
// what of it a candidate may see.
//
// It knows items and their immutable revisions, the outline (鉴定要素细目表) they
// hang on, the blueprint (组卷方案) that asks for them, and the paper that pins
// them. It uses the standard library only and knows nothing of storage, of
// time, or of people. Assembling papers is in bank/draw, foreign formats are
// in bank/exchange, the store is in bank/mongobank.
package bank
