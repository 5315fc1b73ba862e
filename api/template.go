package api

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"gongyuan/api/contract"
	"gongyuan/engine/certificate"
	"gongyuan/engine/diploma"
	"gongyuan/engine/print"
	"gongyuan/engine/standard"
)

func formOf(in *contract.TemplateForm) diploma.Form {
	t := diploma.Template{
		Title: in.Title, TitleEN: in.TitleEN, Intro: in.Intro, IntroEN: in.IntroEN, Seal: in.Seal, Note: in.Note,
		Portrait: diploma.Portrait{Width: float64(in.PortraitWidth), Height: float64(in.PortraitHeight)},
	}
	for _, f := range in.Fields {
		line := diploma.Field{Label: f.Label, LabelEN: textOr(f.LabelEN), Text: f.Text}
		if f.Bold != nil {
			line.Bold = *f.Bold
		}
		t.Fields = append(t.Fields, line)
	}
	for _, c := range in.Checks {
		t.Checks = append(t.Checks, diploma.Check{Label: c.Label, Text: c.Text})
	}
	out := diploma.Form{Template: t}
	if in.Logo != nil && len(*in.Logo) > 0 {
		out.Logo = slices.Clone(*in.Logo)
	}
	if in.SealPicture != nil && len(*in.SealPicture) > 0 {
		out.Seal = slices.Clone(*in.SealPicture)
	}
	return out
}

func wireTemplate(f *diploma.Form) contract.TemplateForm {
	t := &f.Template
	out := contract.TemplateForm{
		Title: t.Title, TitleEN: t.TitleEN, Intro: t.Intro, IntroEN: t.IntroEN, Seal: t.Seal, Note: t.Note,
		PortraitWidth: float32(t.Width), PortraitHeight: float32(t.Height), Fields: []contract.TemplateLine{}, Checks: []contract.TemplateLine{},
	}
	for _, f := range t.Fields {
		out.Fields = append(out.Fields, contract.TemplateLine{Label: f.Label, LabelEN: textOrNone(f.LabelEN), Text: f.Text, Bold: &f.Bold})
	}
	for _, c := range t.Checks {
		out.Checks = append(out.Checks, contract.TemplateLine{Label: c.Label, Text: c.Text})
	}
	if f.Logo != nil {
		out.Logo = &f.Logo
	}
	if f.Seal != nil {
		out.SealPicture = &f.Seal
	}
	return out
}

func (s *server) wireVersion(ctx context.Context, v *diploma.Version) contract.TemplateVersion {
	by := s.staffName(ctx, v.By)
	return contract.TemplateVersion{Number: v.Number, By: &by, At: &v.At, Why: &v.Why}
}

// ListTemplates lists the versions of the body's certificate.
func (s *server) ListTemplates(ctx context.Context, _ contract.ListTemplatesRequestObject) (contract.ListTemplatesResponseObject, error) {
	all, err := s.handouts.Forms.Store.Versions(ctx)
	if err != nil {
		return nil, err
	}
	out := contract.ListTemplates200JSONResponse{}
	for i := range all {
		out = append(out, s.wireVersion(ctx, &all[i]))
	}
	return append(out, contract.TemplateVersion{}), nil
}

// GetTemplate shows a version.
func (s *server) GetTemplate(ctx context.Context, r contract.GetTemplateRequestObject) (contract.GetTemplateResponseObject, error) {
	f, err := s.handouts.Forms.Form(ctx, r.Version)
	if err != nil {
		return nil, err
	}
	return contract.GetTemplate200JSONResponse(wireTemplate(f)), nil
}

// SaveTemplate keeps the next version.
func (s *server) SaveTemplate(ctx context.Context, r contract.SaveTemplateRequestObject) (contract.SaveTemplateResponseObject, error) {
	v, err := s.handouts.Forms.Save(ctx, staff(ctx), r.Body.After, formOf(&r.Body.Form), r.Body.Why)
	if err != nil {
		return nil, templateFault(err, "/form")
	}
	return contract.SaveTemplate201JSONResponse(s.wireVersion(ctx, &v)), nil
}

// templateFault names the member of a request that holds a form.
func templateFault(err error, at string) error {
	var field *diploma.TemplateError
	if !errors.As(err, &field) {
		return err
	}
	if field.Field == "/why" {
		at = ""
	}
	return &certificate.FieldError{Field: at + field.Field, Reason: field.Reason}
}

// PreviewTemplate draws a page as it would be printed.
func (s *server) PreviewTemplate(ctx context.Context, r contract.PreviewTemplateRequestObject) (contract.PreviewTemplateResponseObject, error) {
	form := formOf(&r.Body.Form)
	if err := form.CheckForm(); err != nil {
		return nil, templateFault(err, "/form")
	}
	name := "王甲"
	if r.Body.Long != nil && *r.Body.Long {
		name = "阿卜杜热合曼·阿不都热西提"
	}
	picture, err := s.handouts.Diplomas.SVG(&diploma.Sheet{
		Certificate: certificate.Certificate{
			Number: "S000061000000263000001", Name: name, Document: certificate.ResidentIdentity, Occupation: standard.Occupation{Code: s.standard.Occupation.Code, Name: s.standard.Occupation.Name},
			Direction: certificate.NoDirection, Level: 3, LevelTitle: "三级/高级工", Body: s.handouts.Body, Date: certificate.DateOf(s.clock.Now()),
			Statement: strings.Repeat("eyJ2IjoxfQ", 50) + ".preview", // as long as a real one
		},
		DocumentNumber: "11010519491231002X", Page: s.handouts.Address + "/verify", Sample: true, Form: &form,
	})
	var long *diploma.FieldError
	if errors.As(err, &long) && (errors.Is(err, diploma.ErrLong) || errors.Is(err, print.ErrGlyph)) {
		return nil, &certificate.FieldError{Field: "/form/fields", Reason: "does-not-fit"}
	}
	if err != nil {
		return nil, err
	}
	return contract.PreviewTemplate200ImagesvgXmlResponse{Body: bytes.NewReader(picture), ContentLength: int64(len(picture))}, nil
}
