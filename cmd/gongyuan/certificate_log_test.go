package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gongyuan/api/contract"
	"gongyuan/engine/certificate"
)

// proved takes a certificate's PDF, the keys, proof and log over the API, and
// checks them offline by the command; what was tampered with is refused.
func proved(t *testing.T, w *world, admin member, number, statement string) {
	t.Helper()
	dir := t.TempDir()
	keep := func(name string, raw []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	fetch := func(path string) []byte { return w.call("GET", path, "", nil).must(t, 200).raw }
	keys := keep("jwks.json", fetch("/.well-known/jwks.json"))
	const log = "/api/v1/certificate-log/"
	proof := keep("proof.json", fetch(log+"inclusion?number="+number))
	pdf := keep("one.pdf", w.call("GET", "/api/v1/certificates/"+number+"/document", admin.token, nil).must(t, 200).raw)
	for _, from := range []string{pdf, statement, "https://exam.example.org/verify#" + statement} {
		var out strings.Builder
		if err := (&certificateVerifyCommand{Keys: keys, Proof: proof, Statement: from}).verify(&out); err != nil || !strings.Contains(out.String(), "在签名日志中") {
			t.Errorf("verify %.40s: %v\n%s", from, err, out.String())
		}
	}
	var p contract.LogInclusion
	if err := json.Unmarshal(fetch(log+"inclusion?number="+number), &p); err != nil {
		t.Fatal(err)
	}
	p.Index++
	moved, _ := json.Marshal(p)
	if err := (&certificateVerifyCommand{Keys: keys, Proof: keep("moved.json", moved), Statement: statement}).verify(&strings.Builder{}); err == nil {
		t.Error("a proof of another leaf was taken")
	}
	w.call("GET", log+"inclusion?number="+number+"&seq=9", "", nil).must(t, 404)
	w.call("GET", log+"inclusion?number=x", "", nil).must(t, 422)
	w.call("GET", log+"consistency?from=99999", "", nil).must(t, 404)
	var head contract.LogHead
	w.call("GET", log+"head", "", nil).must(t, 200).into(t, &head)
	var between contract.LogConsistency
	w.call("GET", fmt.Sprintf("%sconsistency?from=1&to=%d", log, head.Size), "", nil).must(t, 200).into(t, &between)
	if between.Head != head.Signed || between.To != head.Size {
		t.Errorf("consistency: %+v", between)
	}
	checkLog(t, keys, fetch(log+"leaves"), keep)
}

// checkLog checks a log as it was downloaded, and altered copies of it.
func checkLog(t *testing.T, keys string, raw []byte, keep func(string, []byte) string) {
	t.Helper()
	check := func(name string, alter func(*logPart)) error {
		var part logPart
		if err := json.Unmarshal(raw, &part); err != nil {
			t.Fatal(err)
		}
		alter(&part)
		out, _ := json.Marshal(map[string]any{"from": part.From, "leaves": part.Leaves, "head": part.Head})
		return (&certificateLogCheckCommand{Keys: keys, File: keep(name, out)}).check(t.Context(), &strings.Builder{})
	}
	if err := check("log.json", func(*logPart) {}); err != nil {
		t.Fatalf("the log: %v", err)
	}
	for name, alter := range map[string]func(*logPart){
		"altered": func(p *logPart) {
			p.Leaves[0] = []byte(strings.Replace(string(p.Leaves[0]), certificate.Issued, "revoke", 1))
		},
		"removed": func(p *logPart) { p.Leaves = slices.Delete(p.Leaves, 0, 1) },
		"swapped": func(p *logPart) {
			n := len(p.Leaves) - 1
			if n < 1 {
				t.Fatal("the log has one leaf only")
			}
			p.Leaves[0], p.Leaves[n] = p.Leaves[n], p.Leaves[0]
		},
		"twice": func(p *logPart) { p.Leaves = append(p.Leaves, p.Leaves[0]) },
	} {
		if err := check(name, alter); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("a log with a leaf %s: %v", name, err)
		}
	}
}
