package api

import (
	"bytes"
	"context"

	"gongyuan/api/contract"
	"gongyuan/engine/report"
	"gongyuan/engine/sitting"
)

// ListReportMaps lists the column maps and what columns may show.
func (s *server) ListReportMaps(ctx context.Context, r contract.ListReportMapsRequestObject) (contract.ListReportMapsResponseObject, error) {
	about := report.OfResults
	if r.Params.About != nil && *r.Params.About == contract.ReportOfCertificates {
		about = report.OfCertificates
	}
	all, err := s.handouts.Exports.List(ctx, staff(ctx), about)
	if err != nil {
		return nil, err
	}
	out := contract.ListReportMaps200JSONResponse{Maps: make([]contract.ReportMap, len(all))}
	for i := range all {
		out.Maps[i] = s.wireMap(ctx, &all[i])
	}
	for _, d := range report.Fields(about) {
		f := contract.ReportField{Field: string(d.Field), Label: d.ZH, Type: contract.ReportFieldType(d.Type), Full: d.Full, Fixed: d.Fixed}
		if callOf(ctx).lang == "en" {
			f.Label = d.EN
		}
		for _, format := range report.Formats(d.Type) {
			f.Formats = append(f.Formats, contract.ReportFormat(format))
		}
		out.Fields = append(out.Fields, f)
	}
	return out, nil
}

func (s *server) wireMap(ctx context.Context, m *report.Map) contract.ReportMap {
	out := contract.ReportMap{
		Id: string(m.ID), Version: m.Version, Name: m.Name, Receiver: m.Receiver, Changed: m.Changed, By: s.staffName(ctx, m.By), Full: m.Full(),
		Columns: make([]contract.ReportColumn, len(m.Columns)),
	}
	for i := range m.Columns {
		c := m.Columns[i]
		format := contract.ReportFormat(c.Format)
		out.Columns[i] = contract.ReportColumn{Heading: c.Heading, Field: string(c.Field), Format: &format}
		if c.Value != "" {
			out.Columns[i].Value = &c.Value
		}
		if c.Required {
			out.Columns[i].Required = &c.Required
		}
		if c.Most > 0 {
			out.Columns[i].Most = &c.Most
		}
		if len(c.Allowed) > 0 {
			out.Columns[i].Allowed = &c.Allowed
		}
	}
	return out
}

func columnsOf(in []contract.ReportColumn) []report.Column {
	out := make([]report.Column, len(in))
	for i, c := range in {
		out[i] = report.Column{Heading: c.Heading, Field: report.Field(c.Field)}
		if c.Format != nil {
			out[i].Format = report.Format(*c.Format)
		}
		if c.Value != nil {
			out[i].Value = *c.Value
		}
		if c.Required != nil {
			out[i].Required = *c.Required
		}
		if c.Most != nil {
			out[i].Most = *c.Most
		}
		if c.Allowed != nil {
			out[i].Allowed = *c.Allowed
		}
	}
	return out
}

// SaveReportMap adds or changes a column map.
func (s *server) SaveReportMap(ctx context.Context, r contract.SaveReportMapRequestObject) (contract.SaveReportMapResponseObject, error) {
	m := report.Map{Name: r.Body.Name, Receiver: r.Body.Receiver, Columns: columnsOf(r.Body.Columns)}
	if r.Body.About != nil && *r.Body.About == contract.ReportOfCertificates {
		m.About = report.OfCertificates
	}
	if r.Body.Id != nil {
		m.ID = report.MapID(*r.Body.Id)
	}
	if r.Body.Version != nil {
		m.Version = *r.Body.Version
	}
	saved, err := s.handouts.Exports.Save(ctx, staff(ctx), m)
	if err != nil {
		return nil, err
	}
	return contract.SaveReportMap200JSONResponse(s.wireMap(ctx, &saved)), nil
}

// mostMissing bounds the list of what is missing; the number is always whole.
const mostMissing = 100

// PreviewExport shows what an export would be.
func (s *server) PreviewExport(ctx context.Context, r contract.PreviewExportRequestObject) (contract.PreviewExportResponseObject, error) {
	p, err := s.handouts.Exports.Preview(ctx, staff(ctx), sitting.ID(r.Sitting), report.Map{Columns: columnsOf(r.Body.Columns)})
	if err != nil {
		return nil, err
	}
	out := contract.PreviewExport200JSONResponse{Head: p.Table.Head, Rows: [][]string{}, Missing: []contract.ReportGap{}, Total: p.Rows, Full: p.Full, MissingTotal: len(p.Table.Missing)}
	for _, row := range p.Table.Rows {
		texts := make([]string, len(row))
		for i, c := range row {
			texts[i] = c.Text
		}
		out.Rows = append(out.Rows, texts)
	}
	for _, m := range p.Table.Missing[:min(mostMissing, len(p.Table.Missing))] {
		wire := contract.ReportGap{Admission: m.Admission}
		if m.Heading != "" {
			wire.Heading = &m.Heading
		}
		out.Missing = append(out.Missing, wire)
	}
	return out, nil
}

// ExportResults hands released results out as a file.
func (s *server) ExportResults(ctx context.Context, r contract.ExportResultsRequestObject) (contract.ExportResultsResponseObject, error) {
	o := report.Order{Sitting: sitting.ID(r.Sitting), Map: report.MapID(r.Body.Map), Version: r.Body.Version, Kind: report.Kind(r.Body.Kind)}
	if r.Body.Why != nil {
		o.Why = *r.Body.Why
	}
	file, err := s.handouts.Exports.Export(ctx, staff(ctx), o)
	if err != nil {
		return nil, err
	}
	body, size := bytes.NewReader(file.Data), int64(len(file.Data))
	if o.Kind == report.CSV {
		return contract.ExportResults200TextcsvResponse{Body: body, ContentLength: size}, nil
	}
	return contract.ExportResults200ApplicationvndOpenxmlformatsOfficedocumentSpreadsheetmlSheetResponse{Body: body, ContentLength: size}, nil
}
