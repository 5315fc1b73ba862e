package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongyuan/engine/certificate"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
)

func TestCertificateVerify(t *testing.T) {
	t.Parallel()
	store := mongostore.New(servers.Embedded(t))
	if err := store.EnsureIndexes(t.Context()); err != nil {
		t.Fatal(err)
	}
	registry, _ := enginetest.NewRegistry(t, store.Certificates(), enginetest.NewClock(enginetest.Start))
	issued, err := registry.Issue(t.Context(), enginetest.Qualified("s", 1), "staff-1")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	set, err := json.Marshal(registry.JWKS())
	if err != nil {
		t.Fatal(err)
	}
	keys, file := write("jwks.json", set), write("statement.txt", []byte(issued.Statement+"\n"))
	for _, from := range []string{issued.Statement, file, "https://exam.example.org/verify#" + issued.Statement} {
		var out strings.Builder
		if err := (&certificateVerifyCommand{Keys: keys, Statement: from}).verify(&out); err != nil {
			t.Fatalf("verify: %v", err)
		}
		for _, want := range []string{"S 0000 61 000001 27 3 000001", "示例1", "2027年5月22日"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("output lacks %q:\n%s", want, out.String())
			}
		}
	}
	credential, err := registry.Credential(t.Context(), issued.Number, "https://exam.example.org")
	if err != nil {
		t.Fatal(err)
	}
	enveloped, err := json.Marshal(credential)
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{write("a.vc.json", enveloped), write("a.vc.jwt", []byte(credential.Text()+"\n")), credential.Text()} {
		var out strings.Builder
		if err := (&certificateVerifyCommand{Keys: keys, Statement: from}).verify(&out); err != nil || !strings.Contains(out.String(), "凭证签名有效") {
			t.Errorf("verify a credential: %v\n%s", err, out.String())
		}
	}
	altered := issued.Statement[:len(issued.Statement)-1] + string(issued.Statement[len(issued.Statement)-1]^1)
	for name, c := range map[string]certificateVerifyCommand{
		"altered":      {Keys: keys, Statement: altered},
		"credential":   {Keys: keys, Statement: strings.Replace(credential.Text(), "e", "f", 1)},
		"no statement": {Keys: keys, Statement: "nothing"},
		"empty file":   {Keys: keys, Statement: write("empty", nil)},
		"no keys":      {Keys: write("bad.json", []byte(`{"keys":[]}`)), Statement: file},
	} {
		var out strings.Builder
		err := c.verify(&out)
		if err == nil || out.Len() > 0 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, output %q; want one line and no output", name, err, out.String())
		}
	}
	if _, err := certificate.VerifyStatement(altered, registry.JWKS()); err == nil {
		t.Error("an altered statement was accepted")
	}
}
