package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestActsHaveWords reads the source for what is recorded, and asks the page of
// the record for the words: an act that is recorded under a name of its own must
// have one, one that is put together at least a word for its noun.
func TestActsHaveWords(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"zh-CN", "en"} {
		page, err := os.ReadFile("../../frontend/src/staff/messages/audit." + language + ".ts")
		if err != nil {
			t.Fatal(err)
		}
		has := func(key string) bool { return strings.Contains(string(page), "'audit."+key+"':") }
		acts := actsRecorded(t)
		if len(acts) < 30 {
			t.Fatalf("%d acts are found in the source: %v", len(acts), acts)
		}
		for act, where := range acts {
			noun, verb, _ := strings.Cut(act, ".")
			if !has("act."+act) && (!has("noun."+noun) || verb != "" && !has("verb."+verb)) {
				t.Errorf("%s: %s records %q, which has no word", language, where, act)
			}
		}
	}
}

// actsRecorded returns the acts of every audit.Event of the program and where
// it is: whole ones, and the noun of those that are put together.
func actsRecorded(t *testing.T) map[string]string {
	acts := map[string]string{}
	for _, root := range []string{"../../engine", "../../bank", "../../api", "."} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.CompositeLit); ok && isEvent(lit.Type) {
					if act, ok := actOf(lit); ok {
						acts[act] = filepath.ToSlash(path)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return acts
}

func isEvent(e ast.Expr) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	in, ok := s.X.(*ast.Ident)
	return ok && in.Name == "audit" && s.Sel.Name == "Event"
}

// actOf returns the act of an event; false where it is a variable.
func actOf(lit *ast.CompositeLit) (string, bool) {
	for _, e := range lit.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if key, ok := pair.Key.(*ast.Ident); !ok || key.Name != "Act" {
			continue
		}
		value := pair.Value
		sum, together := value.(*ast.BinaryExpr)
		if together {
			value = sum.X
		}
		if text, ok := value.(*ast.BasicLit); ok {
			act, err := strconv.Unquote(text.Value)
			if together {
				act, _, _ = strings.Cut(act, ".")
			}
			return act, err == nil
		}
	}
	return "", false
}
