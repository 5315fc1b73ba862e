package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"gongyuan/engine/certificate"
)

type certificateLogCommand struct {
	Check certificateLogCheckCommand `cmd:"" help:"Check that the log holds together: one that was downloaded, or that of the store."`
}

type certificateLogCheckCommand struct {
	Keys   string        `type:"existingfile" placeholder:"JWKS.JSON" help:"The body's published keys; for a file."`
	File   string        `arg:"" optional:"" type:"existingfile" help:"What /api/v1/certificate-log/leaves said, one part after another; the log of the store if left out."`
	Stores storeSettings `embed:""`
}

// Run prints the size and the root, or exits with 1 and one line.
func (c *certificateLogCheckCommand) Run(ctx context.Context) error { return c.check(ctx, os.Stdout) }

func (c *certificateLogCheckCommand) check(ctx context.Context, out io.Writer) error {
	if c.File != "" {
		return c.checkFile(out)
	}
	e, err := quietEngine(ctx, &c.Stores)
	if err != nil {
		return err
	}
	defer e.close(context.WithoutCancel(ctx))
	n, err := e.registry.Log().Check(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "日志完整 the log holds together: %d 条 leaves\n", n)
	return err
}

// logPart is one answer of the API.
type logPart struct {
	From   int64    `json:"from"`
	Leaves [][]byte `json:"leaves"` // base64
	Head   string   `json:"head"`
}

func (c *certificateLogCheckCommand) checkFile(out io.Writer) error {
	if c.Keys == "" {
		return errors.New("--keys is needed for a file: the body's /.well-known/jwks.json")
	}
	keys, err := readKeys(c.Keys)
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	var leaves [][]byte
	var head string
	for d := json.NewDecoder(f); ; {
		var part logPart
		if err := d.Decode(&part); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("%s: not a log: %w", c.File, err)
		}
		if part.From != int64(len(leaves)) {
			return fmt.Errorf("%s: a part begins at leaf %d, where %d are there", c.File, part.From, len(leaves))
		}
		leaves, head = append(leaves, part.Leaves...), part.Head
	}
	h, err := certificate.CheckLeaves(leaves, head, keys)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "日志完整 the log holds together: %d 条 leaves\n树根 root %s\n", h.Size, base64.StdEncoding.EncodeToString(h.Root[:]))
	return err
}

func readKeys(name string) (certificate.JWKS, error) {
	raw, err := os.ReadFile(name) // #nosec G304 -- a file that the operator names
	if err != nil {
		return certificate.JWKS{}, err
	}
	keys, err := certificate.ParseJWKS(raw)
	if err != nil {
		return certificate.JWKS{}, fmt.Errorf("%s: %w", name, err)
	}
	return keys, nil
}

// checkProof checks that the log of a signed head holds a statement.
func checkProof(out io.Writer, name, statement string, n certificate.Number, keys certificate.JWKS) error {
	raw, err := os.ReadFile(name) // #nosec G304 -- a file that the operator names
	if err != nil {
		return err
	}
	var p struct {
		Index int64    `json:"index"`
		Data  []byte   `json:"data"`
		Path  [][]byte `json:"path"`
		Head  string   `json:"head"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return fmt.Errorf("%s: not a proof: %w", name, err)
	}
	in := certificate.Inclusion{Index: p.Index, Data: p.Data, Head: p.Head}
	for _, x := range p.Path {
		if len(x) != len(certificate.Hash{}) {
			return fmt.Errorf("%s: not a proof: a hash of %d bytes", name, len(x))
		}
		in.Path = append(in.Path, certificate.Hash(x))
	}
	e, err := certificate.CheckInclusion(in, keys)
	if err != nil {
		return err
	}
	if e.Number != n || !e.Covers(statement) {
		return fmt.Errorf("%s: the proof is about another certificate, %s", name, e.Number)
	}
	if e.Kind == string(certificate.Revoke) {
		return fmt.Errorf("the log says that %s was revoked on %s", n, certificate.DateOf(e.At))
	}
	_, err = fmt.Fprintf(out, "在签名日志中 in the signed log: 第 %d 条 leaf, %s\n", in.Index, e.Kind)
	return err
}
