package main

import (
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestActsHaveWords reads the source for what is recorded, and asks the page of
// the record for the words: an act that is recorded under a name of its own must
// have one, one that is put together at least a word for its noun. So must the
// kind of what it is done to.
func TestActsHaveWords(t *testing.T) {
	t.Parallel()
	acts := actsRecorded(t)
	for _, act := range []string{"venue.site", "panel.propose", "archive.refuse", "installation.backup", "retention.confirm", "sitting.", "enrolment"} {
		if acts[act] == "" {
			t.Errorf("%s is not found in the source", act)
		}
	}
	for _, language := range []string{"zh-CN", "en"} {
		page, err := os.ReadFile("../../frontend/src/staff/messages/audit." + language + ".ts")
		if err != nil {
			t.Fatal(err)
		}
		has := func(key string) bool { return strings.Contains(string(page), "'audit."+key+"':") }
		for act, where := range acts {
			noun, verb, _ := strings.Cut(act, ".")
			if !has("act."+act) && (!has("noun."+noun) || verb != "" && !has("verb."+verb)) {
				t.Errorf("%s: %s records %q, which has no word", language, where, act)
			}
		}
	}
}

// actsRecorded returns the acts of every audit.Event of the program and where
// it is: whole ones, and the noun with a dot of those that are put together.
func actsRecorded(t *testing.T) map[string]string {
	acts := map[string]string{}
	for _, root := range []string{"../../engine", "../../bank", "../../api", "."} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			p, err := newSpelling(path)
			if err != nil {
				return err
			}
			for act := range p.acts() {
				acts[act] = filepath.ToSlash(path)
			}
			for _, expr := range p.lost {
				t.Errorf("%s records an act by %s, which this test cannot follow: spell it as a constant, a variable, a parameter or what a function returns", path, expr)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return acts
}

// spelling follows how a package spells the acts that it records: through
// constants, variables, parameters and results of its own functions.
type spelling struct {
	set    *token.FileSet
	funcs  []*ast.FuncDecl
	consts map[string]ast.Expr
	found  map[string]bool
	asked  map[string]bool // what is being followed already
	lost   []string
}

func newSpelling(dir string) (*spelling, error) {
	p := &spelling{set: token.NewFileSet(), consts: map[string]ast.Expr{}, found: map[string]bool{}, asked: map[string]bool{}}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(p.set, path, nil, 0)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				p.funcs = append(p.funcs, d)
			case *ast.GenDecl:
				p.declared(d)
			}
		}
	}
	return p, nil
}

func (p *spelling) declared(d *ast.GenDecl) {
	for _, s := range d.Specs {
		if v, ok := s.(*ast.ValueSpec); ok {
			for i, name := range v.Names {
				if i < len(v.Values) {
					p.consts[name.Name] = v.Values[i]
				}
			}
		}
	}
}

// acts follows the act of every event.
func (p *spelling) acts() map[string]bool {
	for _, f := range p.funcs {
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok && isEvent(lit.Type) {
				for _, e := range lit.Elts {
					pair, ok := e.(*ast.KeyValueExpr)
					switch {
					case !ok:
					case isIdent(pair.Key, "Act"):
						p.follow(pair.Value, f)
					case isIdent(pair.Key, "Object"):
						p.kind(pair.Value)
					}
				}
			}
			return true
		})
	}
	return p.found
}

// kind takes down what kind of thing an act is done to, where its name is put
// together on the spot.
func (p *spelling) kind(e ast.Expr) {
	for {
		sum, ok := e.(*ast.BinaryExpr)
		if !ok {
			break
		}
		e = sum.X
	}
	if lit, ok := e.(*ast.BasicLit); ok {
		kind, _, _ := strings.Cut(strings.Trim(lit.Value, `"`), ":")
		p.found[kind] = true
	}
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

func isEvent(e ast.Expr) bool {
	s, ok := e.(*ast.SelectorExpr)
	return ok && isIdent(s.X, "audit") && s.Sel.Name == "Event"
}

// follow takes down what an expression in a function can be.
func (p *spelling) follow(e ast.Expr, in *ast.FuncDecl) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if act, err := strconv.Unquote(e.Value); err == nil {
			p.found[act] = true
		}
		return
	case *ast.BinaryExpr:
		if lit, ok := e.X.(*ast.BasicLit); ok {
			if act, err := strconv.Unquote(lit.Value); err == nil {
				noun, _, _ := strings.Cut(act, ".")
				p.found[noun+"."] = true
				return
			}
		}
	case *ast.Ident:
		if p.named(e.Name, in) {
			return
		}
	case *ast.CallExpr:
		if p.returned(e) {
			return
		}
	}
	var b strings.Builder
	_ = printer.Fprint(&b, p.set, e)
	p.lost = append(p.lost, in.Name.Name+": "+b.String())
}

// returned follows a call to what functions of that name return first.
func (p *spelling) returned(call *ast.CallExpr) (some bool) {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	for _, f := range p.funcs {
		if f.Name.Name != name {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) > 0 {
				p.follow(r.Results[0], f)
				some = true
			}
			return true
		})
	}
	return some
}

// named follows a name: a parameter to every call, a variable to what it is set
// to, a constant to its value.
func (p *spelling) named(name string, in *ast.FuncDecl) bool {
	key := in.Name.Name + "." + name
	if p.asked[key] {
		return true
	}
	p.asked[key] = true
	if nth := nthParameter(in, name); nth >= 0 {
		return p.calls(in.Name.Name, nth)
	}
	if p.settings(name, in) {
		return true
	}
	value, ok := p.consts[name]
	if ok {
		p.follow(value, in)
	}
	return ok
}

// nthParameter is the place of a parameter, -1 for none of that name.
func nthParameter(in *ast.FuncDecl, name string) int {
	n := 0
	for _, field := range in.Type.Params.List {
		for _, id := range field.Names {
			if id.Name == name {
				return n
			}
			n++
		}
	}
	return -1
}

func (p *spelling) calls(function string, nth int) (some bool) {
	for _, f := range p.funcs {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || nth >= len(call.Args) {
				return true
			}
			s, method := call.Fun.(*ast.SelectorExpr)
			if method && s.Sel.Name == function || isIdent(call.Fun, function) {
				p.follow(call.Args[nth], f)
				some = true
			}
			return true
		})
	}
	return some
}

func (p *spelling) settings(name string, in *ast.FuncDecl) (some bool) {
	ast.Inspect(in, func(n ast.Node) bool {
		set, ok := n.(*ast.AssignStmt)
		if !ok || len(set.Lhs) != len(set.Rhs) {
			return true
		}
		if i := slices.IndexFunc(set.Lhs, func(e ast.Expr) bool { return isIdent(e, name) }); i >= 0 {
			p.follow(set.Rhs[i], in)
			some = true
		}
		return true
	})
	return some
}
