package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"gongyuan/engine/certificate"
)

// credentialIn returns the signed credential of a text: itself, or what its
// envelope carries.
func credentialIn(text string) (string, bool) {
	text = strings.TrimSpace(text)
	var e certificate.Enveloped
	if json.Unmarshal([]byte(text), &e) == nil {
		return e.Text(), e.Text() != ""
	}
	head, _, _ := strings.Cut(text, ".")
	raw, err := base64.RawURLEncoding.DecodeString(head)
	var h struct {
		Typ string `json:"typ"`
	}
	return text, err == nil && json.Unmarshal(raw, &h) == nil && h.Typ == "vc+jwt"
}

// credential prints what a Verifiable Credential says.
func (c *certificateVerifyCommand) credential(out io.Writer, text string, keys certificate.JWKS) error {
	if c.Proof != "" {
		return errors.New("the log holds statements; a proof is of the QR code's text")
	}
	v, err := certificate.VerifyCredential(text, keys)
	if err != nil {
		return err
	}
	holder, a := v.Subject.Identifier, v.Subject.Achievement
	names := make([]string, len(holder))
	for i, h := range holder {
		names[i] = h.Value
	}
	until := v.ValidUntil
	if until == "" {
		until = "--"
	}
	_, err = fmt.Fprintf(out, `凭证签名有效 the credential's signature is valid
证书编号 number	%s
持证人 holder	%s
职业与等级 achievement	%s
发证机构 issued by	%s %s
起止 valid	%s / %s
签名证明签发的内容；是否已作废，请在查验页查询。
The signature proves what was issued; ask the look-up page whether it has been revoked.
`, strings.Join(certificate.Number(v.Subject.License).Groups(), " "), strings.Join(names, " "), a.Name, v.Issuer.Name, v.Issuer.ID, v.ValidFrom, until)
	return err
}
