package api

import (
	"bytes"
	"context"

	"gongyuan/api/contract"
	"gongyuan/engine/report"
)

func spanOf(in *contract.CertificateSpan) report.CertificateOrder {
	o := report.CertificateOrder{From: in.From, Until: in.Until, PhotoName: textOr(in.PhotoName)}
	if in.Level != nil {
		o.Level = *in.Level
	}
	if in.Voided != nil {
		o.Voided = *in.Voided
	}
	if in.Photos != nil {
		o.Photos = *in.Photos
	}
	return o
}

func (s *server) wireRun(ctx context.Context, r *report.Run) contract.ExportRun {
	o := r.Order
	ending := string(o.Kind)
	if o.Photos {
		ending = "zip"
	}
	return contract.ExportRun{
		Id: string(r.ID), Name: r.Map.Name, Receiver: r.Map.Receiver, Kind: contract.ExportFileKind(o.Kind), Rows: len(r.Items), By: s.staffName(ctx, r.By), At: r.At,
		Sha256: r.Digest, File: r.Map.Name + "-" + o.From + "-" + o.Until + "." + ending, Why: textOrNone(o.Why),
		Span: contract.CertificateSpan{From: o.From, Until: o.Until, Level: &o.Level, Voided: &o.Voided, Photos: &o.Photos, PhotoName: textOrNone(o.PhotoName)},
	}
}

// ListCertificateExports lists the runs.
func (s *server) ListCertificateExports(ctx context.Context, _ contract.ListCertificateExportsRequestObject) (contract.ListCertificateExportsResponseObject, error) {
	all, err := s.handouts.Exports.Runs(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	out := contract.ListCertificateExports200JSONResponse{}
	for i := range all {
		out = append(out, s.wireRun(ctx, &all[i]))
	}
	return out, nil
}

// PreviewCertificates shows what an export would be.
func (s *server) PreviewCertificates(ctx context.Context, r contract.PreviewCertificatesRequestObject) (contract.PreviewCertificatesResponseObject, error) {
	p, err := s.handouts.Exports.PreviewCertificates(ctx, staff(ctx), report.Map{Columns: columnsOf(r.Body.Columns)}, spanOf(&r.Body.Span))
	if err != nil {
		return nil, err
	}
	out := contract.PreviewCertificates200JSONResponse{
		Head: p.Table.Head, Rows: [][]string{}, Total: p.Rows, Full: p.Full, Faults: []contract.ExportFault{}, FaultsTotal: len(p.Faults),
	}
	for _, row := range p.Table.Rows {
		texts := make([]string, len(row))
		for i, c := range row {
			texts[i] = c.Text
		}
		out.Rows = append(out.Rows, texts)
	}
	for _, f := range p.Faults[:min(mostMissing, len(p.Faults))] {
		out.Faults = append(out.Faults, contract.ExportFault{Number: string(f.Number), Heading: textOrNone(f.Heading), Detail: fieldText(f.Reason, callOf(ctx).lang)})
	}
	return out, nil
}

// ExportCertificates makes a run.
func (s *server) ExportCertificates(ctx context.Context, r contract.ExportCertificatesRequestObject) (contract.ExportCertificatesResponseObject, error) {
	o := spanOf(&r.Body.Span)
	o.Map, o.Version, o.Kind, o.Why = report.MapID(r.Body.Map), r.Body.Version, report.Kind(r.Body.Kind), textOr(r.Body.Why)
	run, err := s.handouts.Exports.ExportCertificates(ctx, staff(ctx), o)
	if err != nil {
		return nil, err
	}
	return contract.ExportCertificates201JSONResponse(s.wireRun(ctx, &run)), nil
}

// GetCertificateExport makes the file of a run.
func (s *server) GetCertificateExport(ctx context.Context, r contract.GetCertificateExportRequestObject) (contract.GetCertificateExportResponseObject, error) {
	_, data, err := s.handouts.Exports.Repeat(ctx, staff(ctx), report.RunID(r.Run))
	if err != nil {
		return nil, err
	}
	return contract.GetCertificateExport200ApplicationoctetStreamResponse{Body: bytes.NewReader(data), ContentLength: int64(len(data))}, nil
}
