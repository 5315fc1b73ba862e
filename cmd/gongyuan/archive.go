package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gongyuan/engine/archive"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
)

type archiveCommand struct {
	Verify archiveVerifyCommand `cmd:"" help:"Check a file: that it is whole and signed, and with the secrets every line of it."`
	Read   archiveReadCommand   `cmd:"" help:"Check a file, then print its lines as JSON."`
}

// archiveSettings say which keys are at hand. No database is opened.
type archiveSettings struct {
	Secrets string `env:"GONGYUAN_SECRETS" placeholder:"ID:BASE64,…" help:"Master secrets of the installation; empty means the file 'secrets' in the data folder."`
	Data    string `env:"GONGYUAN_DATA" default:"data" type:"path" help:"Folder of the secrets file."`
	Keys    string `type:"existingfile" placeholder:"JWKS.JSON" help:"The body's published keys; left out, those that the secrets give."`
	File    string `arg:"" type:"existingfile" help:"The archive."`
}

// ring reads the keys. Unlike a start of the program it makes no secrets: new
// ones could open nothing.
func (s *archiveSettings) ring() (archive.Keyring, error) {
	var ring archive.Keyring
	text := s.Secrets
	if text == "" {
		raw, err := os.ReadFile(filepath.Join(s.Data, "secrets"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return ring, err
		}
		text = strings.TrimSpace(string(raw))
	}
	var err error
	if text != "" {
		if ring.Secrets, err = people.ParseSecrets(text); err != nil {
			return ring, err
		}
	}
	if s.Keys != "" {
		ring.Keys, err = readKeys(s.Keys)
		return ring, err
	}
	if len(ring.Secrets) == 0 {
		return ring, errors.New("neither secrets nor --keys: the seal cannot be checked")
	}
	keys, err := certificate.NewKeys(ring.Secrets)
	if err != nil {
		return ring, err
	}
	ring.Keys = keys.JWKS()
	return ring, nil
}

func (s *archiveSettings) read(ring archive.Keyring, see func(archive.Line) error) (archive.Report, error) {
	f, err := os.Open(s.File)
	if err != nil {
		return archive.Report{}, err
	}
	defer f.Close()
	report, err := archive.Read(f, ring, see)
	if err != nil {
		return report, fmt.Errorf("%s: %w", s.File, err)
	}
	return report, nil
}

type archiveVerifyCommand struct {
	archiveSettings `embed:""`
}

// Run prints what the file is, or exits with 1 and one line.
func (c *archiveVerifyCommand) Run() error { return c.verify(os.Stdout) }

func (c *archiveVerifyCommand) verify(out io.Writer) error {
	ring, err := c.ring()
	if err != nil {
		return err
	}
	proof := archive.NewProof()
	see := proof.See
	if len(ring.Secrets) == 0 {
		see = nil
	}
	report, err := c.read(ring, see)
	if err != nil {
		return err
	}
	h := report.Header
	if _, err := fmt.Fprintf(out, "签名有效 signature valid\n场次 sitting	%s %s\n机构 body	%s\n归档 made	%s\n大小 size	%d\nSHA-256	%s\n签名密钥 signer	%s\n加密密钥 key	%s\n",
		h.Sitting, h.Title, h.Body, h.Made, report.Seal.Size, report.Seal.SHA256, h.Signer, h.Key); err != nil {
		return err
	}
	if report.Counts == nil {
		_, err := fmt.Fprintln(out, "没有密钥，只核验了签名 no secret: only the seal was checked")
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(report.Counts)) {
		if _, err := fmt.Fprintf(out, "  %-16s%d\n", kind, report.Counts[kind]); err != nil {
			return err
		}
	}
	wrong := proof.Err()
	_, err = fmt.Fprintf(out, "交卷摘要相符 submissions whose digest matches their answers: %d / %d\n由日志重放得到同一答卷 the journal gives the same answers: %d / %d\n",
		proof.Matching, proof.Submissions, proof.Replayed, proof.Last)
	return errors.Join(err, wrong)
}

type archiveReadCommand struct {
	archiveSettings `embed:""`
	Kind            []string `help:"Only lines of these kinds; see the documentation of engine/archive."`
	Identity        bool     `help:"Print identity numbers; otherwise only their masked form."`
}

// Run prints lines once the whole file was found in order.
func (c *archiveReadCommand) Run() error { return c.print(os.Stdout) }

func (c *archiveReadCommand) print(out io.Writer) error {
	ring, err := c.ring()
	if err != nil {
		return err
	}
	if _, err := c.read(ring, nil); err != nil {
		return err
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	_, err = c.read(ring, func(l archive.Line) error {
		if len(c.Kind) > 0 && !slices.Contains(c.Kind, l.Kind) {
			return nil
		}
		if !c.Identity {
			if l, err = archive.Masked(l); err != nil {
				return err
			}
		}
		return e.Encode(l)
	})
	return err
}
