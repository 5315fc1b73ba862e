package main

import (
	"strings"

	"gongyuan/api"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/print"
	"gongyuan/engine/report"
	"gongyuan/engine/report/xlsx"
	"gongyuan/engine/result"
	"gongyuan/engine/transcript"
	"gongyuan/frontend"
)

// font is the one that every printed page of this process is set in, unpacked
// once.
var font = print.NewSource(frontend.FS(), print.FontFile)

// handOut sets up what results leave the office with.
func (e *engine) handOut(maps *mongostore.Reports, certificates *mongostore.Certificates, records *mongostore.Records, body *bodySettings, secrets []people.Secret) error {
	codes, err := result.NewCodes(secrets)
	if err != nil {
		return err
	}
	diplomas, err := body.diplomas(font)
	if err != nil {
		return err
	}
	e.handouts = api.Handouts{
		Body: body.BodyName, Codes: codes, Transcripts: &transcript.Printer{Source: font}, Recorder: e.trail,
		Diplomas: diplomas, Address: strings.TrimRight(body.Address, "/"),
		Exports: report.NewExporter(report.Deps{
			Maps: maps, Runs: maps, Certificates: issued{certificates, e}, Portraits: pictures{e.files}, Results: records, Sittings: rosters{e.sittings, e.office}, Candidates: e.people, Accounts: e.people, Sealer: e.sealer,
			Workbook: xlsx.Writer{}, Recorder: e.trail, Standard: e.standard, Body: body.BodyName, Clock: e.clock,
		}),
	}
	return nil
}
