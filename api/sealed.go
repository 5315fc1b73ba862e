package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/attempt"
)

// GetSealedPaper gives a candidate the paper before the start, encrypted.
func (s *server) GetSealedPaper(ctx context.Context, r contract.GetSealedPaperRequestObject) (contract.GetSealedPaperResponseObject, error) {
	reg, sit, err := s.registration(ctx)
	if err != nil {
		return nil, err
	}
	if reg.Attempt == "" || reg.Attempt != r.Attempt || !sit.PapersAhead {
		return nil, attempt.ErrNotFound
	}
	key, err := sit.PaperKey(r.Attempt)
	if err != nil {
		return nil, err
	}
	paper, err := s.attempts.Paper(ctx, attempt.AttemptID(r.Attempt))
	if err != nil {
		return nil, err
	}
	lookup, err := s.lookup(ctx, paper)
	if err != nil {
		return nil, err
	}
	view, err := bank.NewView(paper, lookup)
	if err != nil {
		return nil, err
	}
	sealed, err := sealPaper(wirePaper(view), key, r.Attempt)
	if err != nil {
		return nil, err
	}
	return contract.GetSealedPaper200ApplicationoctetStreamResponse{Body: bytes.NewReader(sealed), ContentLength: int64(len(sealed))}, nil
}

// paperKey is the key to the sealed paper of an attempt that has begun.
func (s *server) paperKey(ctx context.Context, rec *attempt.Record) ([]byte, error) {
	sit, err := s.sittings.Sitting(ctx, rec.Sitting)
	if err != nil {
		return nil, err
	}
	if !sit.PapersAhead {
		return nil, attempt.ErrInvalid
	}
	return sit.PaperKey(string(rec.ID))
}

// sealPaper returns twelve bytes of nonce, then AES-256-GCM of the gzip of the
// paper as JSON, with the attempt as additional data.
func sealPaper(p contract.Paper, key []byte, id string) ([]byte, error) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if err := json.NewEncoder(w).Encode(p); err != nil {
		return nil, fmt.Errorf("api: seal paper: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("api: seal paper: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("api: seal paper: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("api: seal paper: %w", err)
	}
	nonce := make([]byte, gcm.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("api: seal paper: %w", err)
	}
	return gcm.Seal(nonce, nonce, packed.Bytes(), []byte(id)), nil
}
