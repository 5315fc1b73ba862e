package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/assess"
	"gongyuan/engine/evidence"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// filer is who calls, as the cabinet knows them.
func filer(ctx context.Context) evidence.Actor {
	a := callOf(ctx).actor
	if a.Audience == people.Candidates {
		return evidence.Actor{Registration: sitting.RegistrationID(a.Registration)}
	}
	return evidence.Actor{Account: people.AccountID(a.Subject)}
}

func newFile(b *contract.NewFile) evidence.Upload {
	u := evidence.Upload{ID: evidence.FileID(b.Id), Name: b.Name, Length: b.Size, Digest: strings.ToLower(b.Sha256)}
	if b.Slot != nil {
		u.Slot = assess.AttachmentID(*b.Slot)
	}
	return u
}

func wireProgress(p evidence.Progress) contract.Uploading {
	out := contract.Uploading{
		Id: string(p.File.ID), PartSize: evidence.PartSize, Parts: p.Of, Have: []int{}, Complete: p.File.State == evidence.Kept,
	}
	out.Have = append(out.Have, p.Have...)
	return out
}

func wireFile(f evidence.File) contract.StoredFile {
	out := contract.StoredFile{
		Id: string(f.ID), Name: f.Name, Slot: string(f.Slot), Complete: f.State == evidence.Kept, Size: f.Size, Removed: !f.Removed.IsZero(),
	}
	if out.Complete {
		kind, at := string(f.Type), f.At
		out.Type, out.At = &kind, &at
	} else {
		out.Size = f.Length
	}
	if f.By != "" && f.Owner.Kind == evidence.Material {
		own := strings.HasPrefix(f.By, "candidate:")
		out.ByCandidate = &own
	}
	return out
}

func wireFiles(all []evidence.File) []contract.StoredFile {
	out := make([]contract.StoredFile, len(all))
	for i, f := range all {
		out[i] = wireFile(f)
	}
	return out
}

// ListCaseFiles shows an examiner the files of a candidate.
func (s *server) ListCaseFiles(ctx context.Context, r contract.ListCaseFilesRequestObject) (contract.ListCaseFilesResponseObject, error) {
	c, err := caseOf(r.Sitting, r.Kind, r.Draw)
	if err != nil {
		return nil, err
	}
	folder, err := s.files.Folder(ctx, staff(ctx), c)
	if err != nil {
		return nil, err
	}
	out := contract.CaseFiles{Own: wireFiles(folder.Own), Others: wireFiles(folder.Others), Materials: wireFiles(folder.Materials)}
	for i, f := range folder.Others {
		account, err := s.accounts.Account(ctx, f.Owner.Examiner)
		if err != nil {
			return nil, err
		}
		out.Others[i].Examiner = &account.Name
	}
	return contract.ListCaseFiles200JSONResponse(out), nil
}

// AttachFile announces a file that an examiner attaches to a score.
func (s *server) AttachFile(ctx context.Context, r contract.AttachFileRequestObject) (contract.AttachFileResponseObject, error) {
	c, err := caseOf(r.Sitting, r.Kind, r.Draw)
	if err != nil {
		return nil, err
	}
	p, err := s.files.Attach(ctx, staff(ctx), c, newFile(r.Body))
	if err != nil {
		return nil, err
	}
	return contract.AttachFile201JSONResponse(wireProgress(p)), nil
}

// ListFaces shows an examiner where candidates sit and what they look like,
// where the panel's terms say so.
func (s *server) ListFaces(ctx context.Context, r contract.ListFacesRequestObject) (contract.ListFacesResponseObject, error) {
	id, err := panelOf(r.Sitting, r.Kind)
	if err != nil {
		return nil, err
	}
	faces, err := s.files.Faces(ctx, staff(ctx), id)
	if err != nil {
		return nil, err
	}
	out := contract.ListFaces200JSONResponse{}
	for _, f := range faces {
		wire := contract.Face{Draw: drawText(f.Draw), Room: f.Room, Seat: f.Seat}
		if f.Portrait != "" {
			id := string(f.Portrait)
			wire.Portrait = &id
		}
		out = append(out, wire)
	}
	return out, nil
}

// GetTerms shows what the examiners of a panel see.
func (s *server) GetTerms(ctx context.Context, r contract.GetTermsRequestObject) (contract.GetTermsResponseObject, error) {
	id, err := panelOf(r.Sitting, r.Kind)
	if err != nil {
		return nil, err
	}
	t, err := s.files.TermsOf(ctx, staff(ctx), id)
	if err != nil {
		return nil, err
	}
	return contract.GetTerms200JSONResponse(wireTerms(t)), nil
}

// SetTerms changes what the examiners of a panel see.
func (s *server) SetTerms(ctx context.Context, r contract.SetTermsRequestObject) (contract.SetTermsResponseObject, error) {
	if _, err := s.sittings.Sitting(ctx, sitting.ID(r.Sitting)); err != nil {
		return nil, err
	}
	id, err := panelOf(r.Sitting, r.Kind)
	if err != nil {
		return nil, err
	}
	t := evidence.Terms{
		Panel: id, ShowFaces: r.Body.ShowFaces, ShowNames: r.Body.ShowNames, Version: r.Body.Version,
	}
	if r.Body.MaterialsUntil != nil {
		t.MaterialsUntil = *r.Body.MaterialsUntil
	}
	t, err = s.files.SetTerms(ctx, staff(ctx), t)
	if err != nil {
		return nil, err
	}
	return contract.SetTerms200JSONResponse(wireTerms(t)), nil
}

func wireTerms(t evidence.Terms) contract.PanelTerms {
	return contract.PanelTerms{Version: t.Version, ShowFaces: t.ShowFaces, ShowNames: t.ShowNames, MaterialsUntil: timeOrNone(t.MaterialsUntil)}
}

// timeOrNone is a time that may be unknown.
func timeOrNone(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func wireMaterialState(s evidence.MaterialState) contract.MaterialState {
	return contract.MaterialState{Wanted: s.Wanted, Open: s.Open(), Begun: s.Begun, Until: timeOrNone(s.Until)}
}

// ListDossiers shows administrators the materials and portraits of a sitting.
func (s *server) ListDossiers(ctx context.Context, r contract.ListDossiersRequestObject) (contract.ListDossiersResponseObject, error) {
	all, err := s.files.Dossiers(ctx, staff(ctx), sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	ids := make([]people.CandidateID, len(all))
	for i, d := range all {
		ids[i] = d.Registration.Candidate
	}
	persons, err := s.candidates.CandidatesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := contract.ListDossiers200JSONResponse{}
	for _, d := range all {
		reg := d.Registration
		wire := contract.Dossier{
			Registration: string(reg.ID), Name: persons[reg.Candidate].Name, Admission: reg.Admission, Room: reg.Room, Seat: reg.Seat,
			State: wireMaterialState(d.State), Closed: !d.State.Wanted || d.State.Mine, Materials: wireFiles(d.Materials),
		}
		if d.Draw > 0 {
			draw := drawText(d.Draw)
			wire.Draw = &draw
		}
		if d.Portrait != nil {
			f := wireFile(*d.Portrait)
			wire.Portrait = &f
		}
		out = append(out, wire)
	}
	return out, nil
}

// ProvideFile announces a file that an administrator uploads for a candidate.
func (s *server) ProvideFile(ctx context.Context, r contract.ProvideFileRequestObject) (contract.ProvideFileResponseObject, error) {
	b := r.Body
	u := evidence.Upload{ID: evidence.FileID(b.Id), Name: b.Name, Length: b.Size, Digest: strings.ToLower(b.Sha256)}
	p, err := s.files.Provide(ctx, staff(ctx), sitting.ID(r.Sitting), sitting.RegistrationID(r.Registration), evidence.Kind(b.Kind), u)
	if err != nil {
		return nil, err
	}
	return contract.ProvideFile201JSONResponse(wireProgress(p)), nil
}

// ListOwnMaterials shows candidates their materials.
func (s *server) ListOwnMaterials(ctx context.Context, _ contract.ListOwnMaterialsRequestObject) (contract.ListOwnMaterialsResponseObject, error) {
	reg, sit, err := s.registration(ctx)
	if err != nil {
		return nil, err
	}
	person, err := s.candidate(ctx, reg.Candidate)
	if err != nil {
		return nil, err
	}
	state, err := s.files.Materials(ctx, reg.ID)
	if err != nil {
		return nil, err
	}
	files, err := s.files.Own(ctx, reg.ID)
	if err != nil {
		return nil, err
	}
	limits := s.files.Limits()
	return contract.ListOwnMaterials200JSONResponse{
		Name: person.Name, Exam: sit.Title, State: wireMaterialState(state), Files: wireFiles(files),
		Most: limits.PerOwner, MostPhoto: limits.Photo, MostDocument: limits.Document,
	}, nil
}

// HandInMaterial announces a material of the calling candidate.
func (s *server) HandInMaterial(ctx context.Context, r contract.HandInMaterialRequestObject) (contract.HandInMaterialResponseObject, error) {
	reg, _, err := s.registration(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.files.HandIn(ctx, reg.ID, newFile(r.Body))
	if err != nil {
		return nil, err
	}
	return contract.HandInMaterial201JSONResponse(wireProgress(p)), nil
}

// PutPart takes a part of a file.
func (s *server) PutPart(ctx context.Context, r contract.PutPartRequestObject) (contract.PutPartResponseObject, error) {
	n, err := strconv.Atoi(r.Part)
	if err != nil {
		return nil, &evidence.FieldError{Field: "/part", Reason: "file-part"}
	}
	part, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if err := s.files.Put(ctx, filer(ctx), evidence.FileID(r.File), n, part); err != nil {
		return nil, err
	}
	return contract.PutPart204Response{}, nil
}

// CompleteFile puts a file together and keeps it.
func (s *server) CompleteFile(ctx context.Context, r contract.CompleteFileRequestObject) (contract.CompleteFileResponseObject, error) {
	f, err := s.files.Complete(ctx, filer(ctx), evidence.FileID(r.File))
	if err != nil {
		return nil, err
	}
	return contract.CompleteFile200JSONResponse(wireFile(f)), nil
}

// ShowPortrait shows what a candidate looks like to who signs them in.
func (s *server) ShowPortrait(ctx context.Context, r contract.ShowPortraitRequestObject) (contract.ShowPortraitResponseObject, error) {
	f, content, err := s.files.Sight(ctx, staff(ctx), sitting.ID(r.Sitting), sitting.RegistrationID(r.Registration))
	if err != nil {
		return nil, err
	}
	body, length := bytes.NewReader(content), int64(len(content))
	if f.Type == evidence.PNG {
		return contract.ShowPortrait200ImagepngResponse{Body: body, ContentLength: length}, nil
	}
	return contract.ShowPortrait200ImagejpegResponse{Body: body, ContentLength: length}, nil
}

// ReadFile sends a file, always as something to be saved and never as a page.
func (s *server) ReadFile(ctx context.Context, r contract.ReadFileRequestObject) (contract.ReadFileResponseObject, error) {
	f, content, err := s.files.Read(ctx, filer(ctx), evidence.FileID(r.File))
	if err != nil {
		return nil, err
	}
	name := "attachment; filename*=UTF-8''" + url.PathEscape(f.Name)
	headers, body, length := contract.ReadFile200ResponseHeaders{ContentDisposition: &name}, bytes.NewReader(content), int64(len(content))
	switch f.Type {
	case evidence.PDF:
		return contract.ReadFile200ApplicationpdfResponse{Body: body, Headers: headers, ContentLength: length}, nil
	case evidence.JPEG:
		return contract.ReadFile200ImagejpegResponse{Body: body, Headers: headers, ContentLength: length}, nil
	case evidence.PNG:
		return contract.ReadFile200ImagepngResponse{Body: body, Headers: headers, ContentLength: length}, nil
	}
	return nil, fmt.Errorf("api: a kept file of type %q", f.Type)
}

// RemoveFile marks a file as removed.
func (s *server) RemoveFile(ctx context.Context, r contract.RemoveFileRequestObject) (contract.RemoveFileResponseObject, error) {
	why := ""
	if r.Params.Why != nil {
		why = *r.Params.Why
	}
	if err := s.files.Remove(ctx, filer(ctx), evidence.FileID(r.File), why); err != nil {
		return nil, err
	}
	return contract.RemoveFile204Response{}, nil
}
