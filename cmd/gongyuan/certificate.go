package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"gongyuan/engine/certificate"
	"gongyuan/engine/diploma"
)

type certificateCommand struct {
	Verify certificateVerifyCommand `cmd:"" help:"Check a signed statement about a certificate, without any network."`
	Log    certificateLogCommand    `cmd:"" help:"Work on the log of what was issued."`
}

type certificateVerifyCommand struct {
	Keys      string `required:"" type:"existingfile" placeholder:"JWKS.JSON" help:"The body's published keys (JWKS)."`
	Proof     string `type:"existingfile" placeholder:"PROOF.JSON" help:"A proof from /api/v1/certificate-log/inclusion: the log must hold the statement."`
	Statement string `arg:"" name:"text|file" help:"The text of the QR code, the signed statement, or a file that holds it; also our PDF."`
}

// Run prints what the statement says. It exits with 1 and one line where the
// keys have not signed it.
func (c *certificateVerifyCommand) Run() error { return c.verify(os.Stdout) }

func (c *certificateVerifyCommand) verify(out io.Writer) error {
	keys, err := readKeys(c.Keys)
	if err != nil {
		return err
	}
	texts, err := c.texts()
	if err != nil {
		return err
	}
	if c.Proof != "" && len(texts) > 1 {
		return fmt.Errorf("a proof is of one certificate; the file holds %d", len(texts))
	}
	for _, text := range texts {
		if credential, is := credentialIn(text); is {
			if err := c.credential(out, credential, keys); err != nil {
				return err
			}
			continue
		}
		s, err := certificate.VerifyStatement(text, keys)
		if err != nil {
			return err
		}
		if c.Proof != "" {
			if err := checkProof(out, c.Proof, text, s.Number, keys); err != nil {
				return err
			}
		}
		if err := writeStatement(out, &s); err != nil {
			return err
		}
	}
	return nil
}

func writeStatement(out io.Writer, s *certificate.Statement) error {
	_, err := fmt.Fprintf(out, `签名有效 signature valid
证书编号 number	%s
姓名 name	%s
证件号码 document	%s
职业 occupation	%s %s
工种/职业方向 specialization	%s
等级 level	%s
发证机构 issued by	%s
发证日期 date	%s
签名证明签发的内容；是否已作废，请在查验页查询。
The signature proves what was issued; ask the look-up page whether it has been revoked.
`, strings.Join(s.Number.Groups(), " "), s.Name, s.Document, s.OccupationCode, s.Occupation, s.Direction, s.LevelTitle, s.Body, s.Date.Chinese())
	return err
}

// maxStatementFile bounds what is read of a file.
const maxStatementFile = 256 << 20

// texts returns the statement itself: the argument, or what the file of that
// name holds. A statement has no file's name: its first part alone is longer. Of
// what a QR code says, the statement is what stands behind the #.
func (c *certificateVerifyCommand) texts() ([]string, error) {
	f, err := os.Open(c.Statement)
	if err != nil {
		text := behindHash(c.Statement)
		if strings.Count(text, ".") != 2 && errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%q is neither a signed statement nor a file", c.Statement)
		}
		return []string{text}, nil
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxStatementFile))
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(raw, []byte("%PDF-")) {
		if credential, is := credentialIn(string(raw)); is {
			return []string{credential}, nil
		}
		return []string{behindHash(string(raw))}, nil
	}
	texts := diploma.Statements(raw)
	if len(texts) == 0 {
		return nil, fmt.Errorf("%s: no signed statement in this PDF; scan its QR code and give the text instead", c.Statement)
	}
	return texts, nil
}

func behindHash(text string) string {
	if _, statement, found := strings.Cut(text, "#"); found {
		return statement
	}
	return text
}
