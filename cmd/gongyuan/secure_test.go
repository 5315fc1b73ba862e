package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gongyuan/bank/banktest"
	"gongyuan/engine/people"
)

// usesOfSecrets is every key that is derived from a secret, by the words that it
// is derived with, and what it may do. Those of the sealing kind have to be
// sealed again when secrets rotate, so they stand in mongostore.SealedTexts or
// in evidence.Shelf.
var usesOfSecrets = map[string]string{
	"gongyuan seal v1":                "seals identity numbers, contacts and second factors (AES-256-GCM)",
	"gongyuan evidence v1":            "seals files (AES-256-GCM)",
	"gongyuan lookup v1":              "finds people and recovery codes (HMAC); of the oldest secret, never rotated",
	"gongyuan result code v1":         "codes of printed slips (HMAC); of the oldest secret, never rotated",
	"gongyuan audit v1":               "seals the record of acts (HMAC)",
	"gongyuan audit head v1":          "marks how far the record of acts goes (HMAC)",
	"gongyuan access token v1":        "signs access tokens (HS256)",
	"gongyuan challenge v1":           "signs challenges (HMAC)",
	"gongyuan certificate ed25519 v1": "signs certificates and the heads of their log (Ed25519)",
	"gongyuan archive v1":             "seals archives of sittings (AES-256-GCM); the header names the secret, which is kept",
	"gongyuan backup ":                "names secrets in a backup, and seals its manifest (HMAC)",
	"gongyuan paper 1:":               "seals a paper that is sent ahead (AES-256-GCM); of the sitting's own secret",
}

// sources parses every file of the program, tests aside.
func sources(t *testing.T, visit func(name string, file *ast.File)) {
	t.Helper()
	n := 0
	for _, root := range []string{"../../api", "../../bank", "../../engine", "."} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err == nil {
				n++
				visit(strings.TrimPrefix(filepath.ToSlash(path), "../../"), file)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 200 {
		t.Fatalf("only %d files", n)
	}
}

// TestUsesOfSecrets finds every derivation of a key in the source.
func TestUsesOfSecrets(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	sources(t, func(name string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if pkg, named := f1(f); !ok || !named || pkg != "hkdf" || len(call.Args) != 5 {
				return true
			}
			words := ""
			ast.Inspect(call.Args[3], func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && words == "" {
					words, _ = strconv.Unquote(lit.Value)
				}
				return true
			})
			if usesOfSecrets[words] == "" {
				t.Errorf("%s derives a key for %q, which is not on the list", name, words)
			}
			found[words] = true
			return true
		})
	})
	for words := range usesOfSecrets {
		if !found[words] {
			t.Errorf("nothing derives a key for %q any more", words)
		}
	}
}

// f1 is the package in front of a selector.
func f1(s *ast.SelectorExpr) (string, bool) {
	if s == nil {
		return "", false
	}
	id, ok := s.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	return id.Name, true
}

// TestCryptographyIsTheLibrarys looks at what is imported and called: the
// standard library's and x/crypto's primitives of 256 bits, one cipher in one
// mode, and no weak generator where something must not be guessed.
func TestCryptographyIsTheLibrarys(t *testing.T) {
	t.Parallel()
	allowed := []string{
		"crypto/aes", "crypto/cipher", "crypto/ed25519", "crypto/hkdf", "crypto/hmac", "crypto/rand", "crypto/sha256", "crypto/subtle", "golang.org/x/crypto/argon2",
	}
	only := map[string][]string{ // what is allowed in these files alone
		"crypto/sha1":     {"engine/personnel/totp.go"},     // RFC 6238, as authenticator apps do it
		"crypto/ecdsa":    {"engine/enginetest/softkey.go"}, // what a passkey does in its device
		"crypto/elliptic": {"engine/enginetest/softkey.go"},
		// Shuffles and tries again; seeds of papers come from crypto/rand.
		"math/rand/v2": {"api/lane.go", "bank/banktest/generate.go", "bank/draw/seed.go", "engine/attempt/commit.go", "engine/attempt/redislive/store.go", "engine/enginetest/", "drill/"},
	}
	sources(t, func(name string, file *ast.File) {
		for _, imp := range file.Imports {
			p, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			crypt := strings.HasPrefix(p, "crypto/") || strings.HasPrefix(p, "math/rand") || strings.HasPrefix(p, "golang.org/x/crypto")
			if !crypt || slices.Contains(allowed, p) {
				continue
			}
			if !slices.ContainsFunc(only[p], func(f string) bool { return strings.HasPrefix(name, f) }) {
				t.Errorf("%s imports %s", name, p)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			f, ok := n.(*ast.SelectorExpr)
			if pkg, named := f1(f); ok && named && pkg == "cipher" && !slices.Contains([]string{"AEAD", "NewGCM"}, f.Sel.Name) {
				t.Errorf("%s uses cipher.%s", name, f.Sel.Name)
			}
			return true
		})
	})
}

// TestNothingSensitiveInAddresses looks through the contract: nothing that
// tells of a person, or opens anything, stands in a path or a query, which end
// in logs and histories.
func TestNothingSensitiveInAddresses(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`\{ name: (\w+), in: (?:path|query)(?:, description: ([^,}]*))?`).FindAllSubmatch(raw, -1)
	if len(names) < 50 {
		t.Fatalf("only %d parameters are found", len(names))
	}
	bad := regexp.MustCompile(`(?i)idnumber|identity|password|secret|token$|name$|phone|contact|document|answer|key$|^text$|^q$|^search$`)
	for _, n := range names {
		switch {
		case string(n[1]) == "passkey": // which of one's own, by its id
		case string(n[1]) == "text" && string(n[2]) == "code": // words of items
		case bad.Match(n[1]):
			t.Errorf("parameter %s of an address", n[1])
		}
	}
}

// TestNoStore: no answer about anybody is kept on the way or in a browser, and
// pages load from and talk to the program alone.
func TestNoStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(10, 400)
	s, persons := w.sittingOf(revs, testBlueprint(), 1, nil)
	admin, mine := w.staff(people.Administrator), w.candidate(persons[0])
	for path, token := range map[string]string{
		"/api/v1/sittings": admin, "/api/v1/sittings/" + string(s.ID) + "/registrations": admin, "/api/v1/candidate/exam": mine, "/api/v1/audit": admin,
		"/api/v1/nothing": admin, "/api/v1/me": "",
	} {
		h := w.call("GET", path, token, nil).header
		if got := h.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
		if h.Get("Access-Control-Allow-Origin") != "" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, h)
		}
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "http") || strings.Contains(csp, "*") {
			t.Errorf("%s: %s", path, csp)
		}
	}
}

// TestBrowserKeepsNoNumbers: what pages keep in a browser is in these files, and
// neither an identity number nor a password is there.
func TestBrowserKeepsNoNumbers(t *testing.T) {
	t.Parallel()
	keeps := []string{
		"candidate/store.ts", "check/store.ts", "shared/store.ts", "staff/store.ts", "staff/views/assess/store.ts",
	}
	api := regexp.MustCompile(`\b(localStorage|sessionStorage|indexedDB)\b`)
	comment := regexp.MustCompile(`(?m)^\s*(//|\*|/\*).*$|\s//\s.*$`)
	root := "../../frontend/src"
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".ts") && !strings.HasSuffix(path, ".vue") {
			return err
		}
		if strings.HasSuffix(path, ".test.ts") || strings.HasSuffix(path, ".fixture.ts") {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		code := comment.ReplaceAll(raw, nil)
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		kept := slices.Contains(keeps, filepath.ToSlash(rel))
		if api.Match(code) && !kept {
			t.Errorf("%s keeps something in the browser", rel)
		}
		if kept && regexp.MustCompile(`(?i)idnumber|password`).Match(code) {
			t.Errorf("%s knows identity numbers or passwords", rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
