package api

import (
	"context"
	"encoding/base64"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/certificate"
)

// The log is read by programs; one that follows it asks now and then.
const (
	logAttempts = 600
	logWindow   = 10 * time.Minute
	logPage     = 10_000
)

func (s *server) logLimit(ctx context.Context) error {
	wait, err := s.limiter.Take(ctx, "log:"+callOf(ctx).address, logAttempts, logWindow)
	if err == nil && wait > 0 {
		err = &waitError{wait}
	}
	return err
}

func wirePath(path []certificate.Hash) []string {
	out := make([]string, len(path))
	for i := range path {
		out[i] = base64.StdEncoding.EncodeToString(path[i][:])
	}
	return out
}

// GetLogHead returns the signed head of the log as it is now.
func (s *server) GetLogHead(ctx context.Context, _ contract.GetLogHeadRequestObject) (contract.GetLogHeadResponseObject, error) {
	if err := s.logLimit(ctx); err != nil {
		return nil, err
	}
	h, err := s.certificates.Log().Head(ctx)
	if err != nil {
		return nil, err
	}
	return contract.GetLogHead200JSONResponse{Size: h.Size, Root: base64.StdEncoding.EncodeToString(h.Root[:]), At: h.At, Signed: h.Signed}, nil
}

// GetLogInclusion proves that the log holds a certificate's issue or an act.
func (s *server) GetLogInclusion(ctx context.Context, r contract.GetLogInclusionRequestObject) (contract.GetLogInclusionResponseObject, error) {
	if err := s.logLimit(ctx); err != nil {
		return nil, err
	}
	n, seq := certificate.NormalNumber(r.Params.Number), 0
	if r.Params.Seq != nil {
		seq = *r.Params.Seq
	}
	if _, err := n.Parse(); err != nil {
		return nil, err
	}
	p, err := s.certificates.Log().InclusionOf(ctx, n, seq)
	if err != nil {
		return nil, err
	}
	return contract.GetLogInclusion200JSONResponse{
		Index: p.Index, Data: base64.StdEncoding.EncodeToString(p.Data), Path: wirePath(p.Path), Head: p.Head,
	}, nil
}

// GetLogConsistency proves that a newer log begins with an older one.
func (s *server) GetLogConsistency(ctx context.Context, r contract.GetLogConsistencyRequestObject) (contract.GetLogConsistencyResponseObject, error) {
	if err := s.logLimit(ctx); err != nil {
		return nil, err
	}
	var to int64
	if r.Params.To != nil {
		to = *r.Params.To
	}
	path, h, err := s.certificates.Log().Between(ctx, r.Params.From, to)
	if err != nil {
		return nil, err
	}
	return contract.GetLogConsistency200JSONResponse{From: r.Params.From, To: h.Size, Path: wirePath(path), Head: h.Signed}, nil
}

// GetLogLeaves returns leaves, which name nobody.
func (s *server) GetLogLeaves(ctx context.Context, r contract.GetLogLeavesRequestObject) (contract.GetLogLeavesResponseObject, error) {
	if err := s.logLimit(ctx); err != nil {
		return nil, err
	}
	var from int64
	if r.Params.From != nil {
		from = max(0, *r.Params.From)
	}
	leaves, h, err := s.certificates.Log().Leaves(ctx, from, logPage)
	if err != nil {
		return nil, err
	}
	out := contract.GetLogLeaves200JSONResponse{From: from, Leaves: []string{}, Head: h.Signed}
	for _, l := range leaves {
		out.Leaves = append(out.Leaves, base64.StdEncoding.EncodeToString(l.Data))
	}
	return out, nil
}
