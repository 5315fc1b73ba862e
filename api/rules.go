package api

import (
	"bytes"
	"context"
	"fmt"

	"gongyuan/api/contract"
	"gongyuan/engine/access"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// GetAccess shows what a sitting asks of who enters.
func (s *server) GetAccess(ctx context.Context, r contract.GetAccessRequestObject) (contract.GetAccessResponseObject, error) {
	rules, err := s.rulesOf(ctx, r.Sitting)
	if err != nil {
		return nil, err
	}
	out := s.wireRules(ctx, &rules)
	if who := callOf(ctx).actor; !who.Has(people.Administrator) && !who.Has(people.Invigilator) {
		out.StartCode = nil // what is told in the room is no auditor's to know
	}
	return contract.GetAccess200JSONResponse(out), nil
}

func (s *server) rulesOf(ctx context.Context, id string) (access.Rules, error) {
	if _, err := s.sittings.Sitting(ctx, sitting.ID(id)); err != nil {
		return access.Rules{}, err
	}
	return s.access.Rules(ctx, sitting.ID(id))
}

func (s *server) wireRules(ctx context.Context, r *access.Rules) contract.AccessRules {
	out := contract.AccessRules{
		Version: r.Version, Ranges: []contract.AccessRange{}, Outside: contract.AccessOutside(r.Outside), Code: r.Code != "", FullScreen: r.FullScreen,
		Seb: contract.AccessSeb{On: r.SEB.On, StartUrl: r.SEB.StartURL},
	}
	if len(r.Rooms) > 0 {
		rooms := make([]contract.AccessRange, len(r.Rooms))
		for i, x := range r.Rooms {
			rooms[i] = contract.AccessRange{Room: x.Room, Range: x.Prefix.String()}
		}
		out.Rooms = &rooms
	}
	for _, x := range r.Ranges {
		out.Ranges = append(out.Ranges, contract.AccessRange{Room: x.Room, Range: x.Prefix.String()})
	}
	if r.Code != "" {
		out.StartCode = &r.Code
	}
	if r.SEB.On {
		key, quits := access.ConfigKey(r.SEB.Settings()), r.SEB.QuitHash != ""
		out.ConfigKey, out.HasQuitPassword = &key, &quits
	}
	if len(r.SEB.MoreKeys) > 0 {
		out.Seb.MoreKeys = &r.SEB.MoreKeys
	}
	if r.By != "" {
		by := s.staffName(ctx, r.By)
		out.By, out.At = &by, &r.At
	}
	return out
}

// SetAccess changes the rules.
func (s *server) SetAccess(ctx context.Context, r contract.SetAccessRequestObject) (contract.SetAccessResponseObject, error) {
	b := r.Body
	w := access.Wish{
		Sitting: sitting.ID(r.Sitting), Version: b.Version, Outside: access.Outside(b.Outside), Code: b.Code, NewCode: b.NewCode != nil && *b.NewCode,
		FullScreen: b.FullScreen, SEB: b.Seb.On, StartURL: b.Seb.StartUrl, QuitPassword: b.Seb.QuitPassword, By: staff(ctx),
	}
	if b.Seb.MoreKeys != nil {
		w.MoreKeys = *b.Seb.MoreKeys
	}
	for i, x := range b.Ranges {
		p, err := access.ParseRange(x.Range)
		if err != nil {
			return nil, &access.FieldError{Field: fmt.Sprintf("/ranges/%d/range", i), Reason: "address-range"}
		}
		w.Ranges = append(w.Ranges, access.Range{Room: x.Room, Prefix: p})
	}
	rules, err := s.access.Set(ctx, w)
	if err != nil {
		return nil, err
	}
	return contract.SetAccess200JSONResponse(s.wireRules(ctx, &rules)), nil
}

// GetSebFile makes the settings file of Safe Exam Browser.
func (s *server) GetSebFile(ctx context.Context, r contract.GetSebFileRequestObject) (contract.GetSebFileResponseObject, error) {
	rules, err := s.rulesOf(ctx, r.Sitting)
	if err != nil {
		return nil, err
	}
	if !rules.SEB.On {
		return nil, access.ErrNotFound
	}
	file := access.File(rules.SEB.Settings())
	return contract.GetSebFile200ApplicationoctetStreamResponse{Body: bytes.NewReader(file), ContentLength: int64(len(file))}, nil
}
