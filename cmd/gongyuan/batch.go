package main

import (
	"context"
	"errors"

	"gongyuan/engine/batch"
	"gongyuan/engine/certificate"
	"gongyuan/engine/diploma"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/print"
	"gongyuan/engine/sitting"
)

// twoSealers is the setting by which certificates come of papers sealed by two.
const twoSealers = "two"

// newBatches ties batches to where they take people from and what they issue.
func (e *engine) newBatches(store *mongostore.Batches, settings *storeSettings) *batch.Desk {
	return batch.NewDesk(batch.Deps{
		Store: store, Sittings: e.sittings, Results: e.registrar, Register: e.registry, Earlier: e.earlier, Candidates: e.people, Portraits: portraits{e}, Printer: printing{e}, Sites: e.filings,
		Accounts: e.people, Opener: e.sealer, Audit: e.trail, Clock: e.clock, Behind: e.behind.Go, TwoSealers: settings.Sealing == twoSealers,
		Failed: func(id batch.ID, err error) {
			e.log.Error("a batch stopped in the middle; it goes on when the program starts", "batch", string(id), "error", err)
		},
	})
}

// portraits knows which photograph a candidate has.
type portraits struct{ e *engine }

// Portraits implements batch.Portraits.
func (p portraits) Portraits(ctx context.Context, id sitting.ID) (map[sitting.RegistrationID]string, error) {
	all, err := p.e.files.Portraits(ctx, id)
	out := make(map[sitting.RegistrationID]string, len(all))
	for reg, file := range all {
		out[reg] = string(file)
	}
	return out, err
}

// printing tries a certificate on its template.
type printing struct{ e *engine }

// Paper implements batch.Printer.
func (p printing) Paper(ctx context.Context) (batch.Paper, error) {
	forms := p.e.handouts.Forms
	number, err := forms.Current(ctx)
	if err != nil {
		return batch.Paper{}, err
	}
	form, err := forms.Form(ctx, number)
	if err != nil {
		return batch.Paper{}, err
	}
	return batch.Paper{Version: number, Portrait: form.Template.Framed()}, nil
}

// Printable implements batch.Printer.
func (p printing) Printable(ctx context.Context, q certificate.Qualified) (bool, error) {
	h := p.e.handouts
	form, err := h.Forms.Form(ctx, q.Template)
	if err != nil {
		return false, err
	}
	err = h.Diplomas.Check(&diploma.Sheet{
		Certificate: certificate.Certificate{
			Name: q.Name, Document: q.Document, Occupation: q.Occupation, Direction: q.Direction, LevelTitle: q.LevelTitle, Body: h.Body,
		},
		DocumentNumber: q.DocumentNumber, Page: h.Address + "/verify", Sample: p.e.standard.Sample, Form: form,
	})
	if errors.Is(err, print.ErrGlyph) || errors.Is(err, diploma.ErrLong) {
		return false, nil
	}
	return err == nil, err
}
