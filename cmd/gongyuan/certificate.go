package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"gongyuan/engine/certificate"
)

type certificateCommand struct {
	Verify certificateVerifyCommand `cmd:"" help:"Check a signed statement about a certificate, without any network."`
}

type certificateVerifyCommand struct {
	Keys      string `required:"" type:"existingfile" placeholder:"JWKS.JSON" help:"The body's published keys (JWKS)."`
	Statement string `arg:"" name:"text|file" help:"The signed statement, or a file that holds it."`
}

// Run prints what the statement says. It exits with 1 and one line where the
// keys have not signed it.
func (c *certificateVerifyCommand) Run() error { return c.verify(os.Stdout) }

func (c *certificateVerifyCommand) verify(out io.Writer) error {
	raw, err := os.ReadFile(c.Keys)
	if err != nil {
		return err
	}
	keys, err := certificate.ParseJWKS(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Keys, err)
	}
	text, err := c.text()
	if err != nil {
		return err
	}
	s, err := certificate.VerifyStatement(text, keys)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `签名有效 signature valid
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

// maxStatementFile bounds what is read of a file that is not a statement.
const maxStatementFile = 64 << 10

// text returns the statement itself: the argument, or the file of that name. A
// statement has no file's name: its first part alone is longer. Of what a QR
// code says, the statement is what stands behind the #.
func (c *certificateVerifyCommand) text() (string, error) {
	if _, statement, found := strings.Cut(c.Statement, "#"); found {
		return statement, nil
	}
	f, err := os.Open(c.Statement)
	if err != nil {
		if strings.Count(c.Statement, ".") != 2 && errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("%q is neither a signed statement nor a file", c.Statement)
		}
		return c.Statement, nil
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxStatementFile))
	return string(raw), err
}
