package api

import (
	"context"
	"encoding/hex"
	"errors"

	"gongyuan/api/contract"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// ListAudit lists who did what, the newest first.
func (s *server) ListAudit(ctx context.Context, r contract.ListAuditRequestObject) (contract.ListAuditResponseObject, error) {
	var q audit.Query
	if r.Params.Before != nil {
		q.Before = *r.Params.Before
	}
	for to, from := range map[*string]*string{&q.Actor: r.Params.Actor, &q.Object: r.Params.Object, &q.Act: r.Params.Act} {
		if from != nil {
			*to = *from
		}
	}
	limit := 50
	if r.Params.Limit != nil {
		limit = min(max(*r.Params.Limit, 1), 200)
	}
	entries, err := s.audit.Find(ctx, q, limit)
	if err != nil {
		return nil, err
	}
	out := contract.ListAudit200JSONResponse{}
	names := map[string]string{}
	for _, e := range entries {
		if _, ok := names[e.Actor]; !ok {
			names[e.Actor] = s.staffName(ctx, people.AccountID(e.Actor))
		}
		wire := contract.AuditEntry{
			Number: e.Index, At: e.At, Actor: e.Actor, ActorName: names[e.Actor], Address: e.From, Act: e.Act, Object: e.Object, Why: e.Why,
			Seal: hex.EncodeToString(e.Seal)[:16],
		}
		for to, from := range map[**string][]byte{&wire.Before: e.Before, &wire.After: e.After} {
			if text := string(from); text != "" {
				*to = &text
			}
		}
		out = append(out, wire)
	}
	return out, nil
}

// CheckAudit reads the whole record and says where it stops to hold together.
func (s *server) CheckAudit(ctx context.Context, r contract.CheckAuditRequestObject) (contract.CheckAuditResponseObject, error) {
	var noted audit.Head
	if r.Params.Head != nil {
		var err error
		if noted, err = audit.ParseHead(*r.Params.Head); err != nil {
			return nil, &fieldsError{[]sitting.FieldError{{Field: "/head", Reason: "audit-head"}}}
		}
	}
	head, err := s.audit.Verify(ctx, noted)
	out := contract.CheckAudit200JSONResponse{Entries: head.Index, Head: head.String()}
	var broken *audit.Break
	switch {
	case errors.As(err, &broken):
		fault := contract.AuditFault(broken.Fault)
		out.Fault, out.At = &fault, &broken.Entry
	case err != nil:
		return nil, err
	}
	return out, nil
}
