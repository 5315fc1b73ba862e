package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// testsOfRepository returns the folders in which there is a test function of a
// name, and "frontend" for the titles of the front end's tests.
func testsOfRepository(t *testing.T) map[string][]string {
	t.Helper()
	root := filepath.Join("..", "..")
	out := map[string][]string{}
	title := regexp.MustCompile(`(?m)^\s*(?:test|it)\(\s*['"` + "`" + `](.+?)['"` + "`" + `]\s*,`)
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 || d.Name() == "node_modules" || d.Name() == "dist" || d.Name() == "data") {
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		folder := path.Dir(filepath.ToSlash(rel))
		switch {
		case strings.HasSuffix(name, "_test.go"):
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && (strings.HasPrefix(f.Name.Name, "Test") || strings.HasPrefix(f.Name.Name, "Fuzz")) {
					out[f.Name.Name] = append(out[f.Name.Name], folder)
				}
			}
		case strings.HasSuffix(name, ".test.mjs"), strings.HasSuffix(name, ".test.ts"):
			raw, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			for _, m := range title.FindAllStringSubmatch(string(raw), -1) {
				out[m[1]] = append(out[m[1]], folder)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 200 {
		t.Fatalf("only %d tests are found", len(out))
	}
	return out
}
