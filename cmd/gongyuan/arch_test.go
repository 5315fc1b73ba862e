package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// rule says what the packages below a folder may import of the module and of
// others. The longest prefix that fits a package is its rule.
type rule struct {
	pkg    string   // folder below the module, and all below it
	module []string // folders of the module that it may import, and all below them
	others []string // prefixes of foreign import paths, the standard library aside
	why    string
}

const modulePath = "gongyuan"

var (
	driver = []string{"github.com/256dpi/lungo", "go.mongodb.org/mongo-driver"}
	redisC = []string{"github.com/redis/go-redis/v9"}
)

var rules = []rule{
	{"bank", []string{"bank"}, nil, "a question is the same whatever stores it"},
	{"bank/draw", []string{"bank"}, nil, "a paper is a pure function of bank, blueprint and seed"},
	{"bank/exchange", []string{"bank"}, []string{"golang.org/x/text"}, "verdicts are about questions, not about formats; old texts have old encodings"},
	{"bank/exchange/xlsx", []string{"bank"}, []string{"github.com/xuri/excelize/v2"}, "a format adds its own library"},
	{"bank/mongobank", []string{"bank"}, driver, "an adapter imports its domain and its driver"},
	{"bank/banktest", []string{"bank"}, []string{"github.com/google/go-cmp"}, "suites serve every adapter and import none"},
	{"bank/stats", []string{"bank"}, nil, "statistics are pure: responses in, figures out"},
	{"bank/sample", []string{"bank"}, nil, "the sample bank is data"},
	{"engine/standard", []string{"bank"}, nil, "lowest: standards are data"},
	{"engine/people", []string{"bank", "engine/standard"}, []string{"golang.org/x/crypto/argon2"}, "lowest: people know no exam; the register of examiners names the grades of the standard"},
	{"engine/people/redislimit", nil, redisC, "an adapter imports its driver"},
	{"engine/sequence", nil, nil, "places in a row: one algorithm over any store"},
	{"engine/audit", []string{"engine/people", "engine/sequence"}, nil, "lowest: everything that people decide is taken down"},
	{"engine/rekey", []string{"engine/people", "engine/audit"}, nil, "sealing again is a walk over shelves; what stands on them is the callers'"},
	{"engine/personnel", []string{"engine/people", "engine/audit"}, []string{"github.com/google/uuid"}, "who may sign in: below everything that they do; stores are arguments"},
	{"engine/personnel/passkey", []string{"engine/people", "engine/personnel"}, []string{"github.com/go-webauthn/webauthn"}, "an adapter imports its domain and its library"},
	{"engine/personnel/redischallenge", []string{"engine/people", "engine/personnel"}, redisC, "an adapter imports its domain and its driver"},
	{"engine/symbol", nil, []string{"rsc.io/qr/coding"}, "QR codes of texts, whatever they say"},
	{"engine/print", nil, nil, "pages are set from bytes; what stands on them is the callers'"},
	{"engine/sitting", []string{"bank", "engine/standard", "engine/people", "engine/audit"}, []string{"github.com/google/uuid"}, "sittings stand on standards and people"},
	{"engine/attempt", []string{"bank", "engine/standard", "engine/people", "engine/sitting"}, nil, "an attempt belongs to a sitting; time and stores are arguments"},
	{"engine/attempt/redislive", []string{"bank", "engine/attempt", "engine/people", "engine/sitting"}, redisC, "an adapter imports its domain and its driver"},
	{"engine/assess", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sitting"}, nil, "examiners score candidates of a sitting"},
	{"engine/editorial", []string{"bank", "engine/people", "engine/audit"}, nil, "items are written apart from any exam; stores are arguments"},
	{"engine/compose", []string{"bank", "engine/people", "engine/audit", "engine/print"}, nil, "exams are planned from the bank alone, before any sitting; stores are arguments"},
	{"engine/result", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sequence", "engine/sitting", "engine/attempt", "engine/assess"}, []string{"github.com/google/uuid"}, "results stand on what was marked and scored"},
	{"engine/proctor", []string{"bank", "engine/people", "engine/audit", "engine/sitting", "engine/attempt"}, nil, "the exam day leads attempts and knows no result; what follows is proposed to others"},
	{"engine/access", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sitting"}, nil, "who may write at a sitting, judged by what a request shows; attempts are not known here"},
	{"engine/itemstat", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sitting", "engine/attempt", "engine/result"}, nil, "statistics are of what was handed in and what came of it"},
	{"engine/marking", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sitting", "engine/result"}, nil, "people mark what was handed in; what comes out is a result"},
	{"engine/transcript", []string{"bank", "engine/standard", "engine/people", "engine/sitting", "engine/result", "engine/print"}, nil, "a result with its names, on paper"},
	{"engine/diploma", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sitting", "engine/certificate", "engine/print", "engine/symbol"}, nil, "a certificate on paper"},
	{"engine/report", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sitting", "engine/result", "engine/certificate"}, []string{"github.com/google/uuid"}, "exports are made of released results and issued certificates"},
	{"engine/report/xlsx", []string{"engine/report"}, []string{"github.com/xuri/excelize/v2"}, "a format adds its own library"},
	{"engine/roster", []string{"bank", "engine/people", "engine/audit", "engine/sitting"}, []string{"github.com/google/uuid"}, "lists of candidates enter sittings; formats and stores are arguments"},
	{"engine/programme", []string{"engine/standard", "engine/people", "engine/audit", "engine/sitting"}, []string{"github.com/google/uuid"}, "what is planned for a season: levels, days, places; stores are arguments"},
	{"engine/venue", []string{"engine/standard", "engine/people", "engine/audit", "engine/sitting"}, []string{"github.com/google/uuid"}, "where exams are held; stores are arguments"},
	{"engine/readiness", []string{"bank", "engine/people", "engine/audit", "engine/sitting", "engine/venue", "engine/access"}, nil, "whether a sitting may be held: asks whoever knows, and decides nothing"},
	{"engine/enrol", []string{"engine/standard", "engine/people", "engine/audit", "engine/sitting", "engine/evidence"}, []string{"github.com/google/uuid"}, "applications of candidates; who is admitted enters a roster"},
	{"engine/seating", []string{"engine/people", "engine/audit", "engine/sitting", "engine/venue"}, []string{"github.com/google/uuid"}, "who sits where: a pure rule over rooms and rosters"},
	{"engine/daysheet", []string{"engine/symbol", "engine/standard", "engine/print"}, nil, "papers of the day; what stands on them is the callers'"},
	{"engine/filing", []string{"engine/standard", "engine/people", "engine/audit"}, []string{"github.com/google/uuid"}, "whether a body may examine at all: below sittings, which ask"},
	{"engine/intake", []string{"engine/standard", "engine/people", "engine/audit"}, nil, "rows about people; what they say and where it is kept is the callers'"},
	{"engine/profile", []string{"engine/standard", "engine/people", "engine/audit", "engine/intake"}, nil, "what reports ask of candidates, apart from any exam"},
	{"engine/bulletin", []string{"engine/print"}, nil, "a report with its words, on paper"},
	{"engine/training", []string{"engine/standard", "engine/people", "engine/audit", "engine/intake"}, nil, "trainings of people, apart from any exam"},
	{"engine/talent", []string{"engine/standard", "engine/people", "engine/audit", "engine/sitting", "engine/certificate", "engine/profile", "engine/training"}, nil, "the pool shows what others keep; stores are arguments"},
	{"engine/correction", []string{"engine/people", "engine/audit"}, []string{"github.com/google/uuid"}, "what people ask to be put right; stores are arguments"},
	{"engine/periodic", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sitting", "engine/result", "engine/certificate", "engine/filing", "engine/profile", "engine/training"}, nil, "reports are of all that came of exams; stores are arguments"},
	{"engine/evidence", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sitting", "engine/assess", "engine/filing", "engine/rekey"}, nil, "files belong to what is scored, to who is registered, and to how a body is filed"},
	{"engine/certificate", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sequence", "engine/sitting", "engine/result"}, []string{"golang.org/x/mod/sumdb/tlog"}, "qualified results enter here, and nothing else"},
	{"engine/challenge", []string{"engine/people"}, nil, "proofs of work are arithmetic; who notes them is the caller's"},
	{"engine/earlier", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/intake", "engine/certificate"}, nil, "certificates that others issued: they only stand against new ones"},
	{"engine/batch", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sitting", "engine/result", "engine/certificate", "engine/earlier"}, []string{"github.com/google/uuid"}, "results become certificates; stores and paper are arguments"},
	{"engine/archive", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sitting", "engine/attempt", "engine/assess", "engine/result", "engine/marking", "engine/proctor", "engine/certificate"}, []string{"github.com/google/uuid"}, "an archive holds what all of an exam came to; stores are arguments"},
	{"engine/retention", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sitting", "engine/result", "engine/certificate", "engine/archive"}, []string{"github.com/google/uuid"}, "what is deleted, and what keeps it; where things are kept is arguments"},
	{"engine/byhand", []string{"bank", "engine/people", "engine/audit", "engine/sitting", "engine/attempt"}, nil, "paper stands in for a page: its answers enter attempts as a file does"},
	{"engine/mongostore", []string{"bank", "engine"}, append([]string{"github.com/google/uuid"}, driver...), "an adapter imports its domain and its driver"},
	{"engine/enginetest", []string{"bank", "engine"}, []string{"github.com/google/go-cmp", "github.com/google/uuid", "pgregory.net/rapid"}, "suites serve every adapter and import none"},
	{"engine/enginetest/servers", []string{"engine/enginetest/servers", "cmd/gongyuan/embedded"}, append(append([]string{"github.com/google/uuid"}, driver...), redisC...), "the harness opens the real and the embedded stores"},
	{"api", []string{"bank", "engine/standard", "engine/people", "engine/audit", "engine/sitting", "engine/attempt", "engine/assess", "engine/evidence", "engine/result", "engine/marking", "engine/report", "engine/print", "engine/transcript", "engine/diploma", "engine/certificate", "engine/challenge", "engine/batch", "engine/editorial", "engine/compose", "engine/itemstat", "engine/filing", "engine/intake", "engine/earlier", "engine/profile", "engine/training", "engine/talent", "engine/correction", "engine/bulletin", "engine/periodic", "engine/proctor", "engine/roster", "engine/programme", "engine/venue", "engine/seating", "engine/readiness", "engine/enrol", "engine/daysheet", "engine/personnel", "engine/access", "engine/archive", "engine/retention", "engine/byhand", "api"},
		[]string{"github.com/gofiber/fiber/v2", "github.com/golang-jwt/jwt/v5", "github.com/google/uuid", "github.com/getkin/kin-openapi", "github.com/oapi-codegen/runtime"},
		"HTTP knows the domain and no store"},
	{"frontend", nil, nil, "the web app is files"},
	{"cmd", []string{"bank", "engine", "api", "cmd", "frontend"}, []string{""}, "only cmd ties everything together"},
	{"cmd/gongyuan/embedded", nil, append([]string{"go.etcd.io/bbolt", "github.com/alicebob/miniredis/v2"}, driver...), "the embedded stores know no domain"},
	{"cmd/gongyuan/drill", []string{"api/contract"}, []string{"github.com/google/uuid"}, "synthetic candidates see the contract and nothing inside"},
}

// adapters may not import each other.
var adapters = []string{"bank/mongobank", "engine/mongostore", "engine/attempt/redislive", "engine/people/redislimit", "engine/personnel/passkey", "engine/personnel/redischallenge", "engine/report/xlsx"}

func ruleFor(pkg string) (rule, bool) {
	best, found := rule{}, false
	for _, r := range rules {
		if below(pkg, r.pkg) && (!found || len(r.pkg) > len(best.pkg)) {
			best, found = r, true
		}
	}
	return best, found
}

func below(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

// TestImports holds every file of the program, tests aside, against the table
// of who may import whom.
func TestImports(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 || d.Name() == "node_modules" || d.Name() == "data") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		pkg := path.Dir(filepath.ToSlash(rel))
		if below(pkg, "cmd/ferretdb") || below(pkg, "cmd/tools") {
			return nil // modules of their own
		}
		files++
		checkImports(t, name, pkg)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Fatalf("only %d files were looked at", files)
	}
}

func checkImports(t *testing.T, name, pkg string) {
	t.Helper()
	r, ok := ruleFor(pkg)
	if !ok {
		t.Errorf("%s: no rule for package %s; add one to the table", name, pkg)
		return
	}
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, imp := range f.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if !allowedImport(r, pkg, p) {
			t.Errorf("%s: package %s may not import %s: %s", name, pkg, p, r.why)
		}
	}
}

func allowedImport(r rule, pkg, imported string) bool {
	inside, ours := strings.CutPrefix(imported, modulePath+"/")
	if !ours {
		if !strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") {
			return true // standard library
		}
		for _, prefix := range r.others {
			if strings.HasPrefix(imported, prefix) {
				return true
			}
		}
		return false
	}
	for _, a := range adapters {
		if below(inside, a) && !below(pkg, a) && !below(pkg, "cmd") && !below(a, pkg) {
			return false
		}
	}
	for _, folder := range append(r.module, r.pkg) {
		if below(inside, folder) {
			return true
		}
	}
	return false
}

// TestImportTable makes sure that the table refuses what it is there to refuse.
func TestImportTable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pkg, imported string
		want          bool
	}{
		{"bank", "fmt", true},
		{"bank", "github.com/google/uuid", false},
		{"bank", "gongyuan/engine/sitting", false},
		{"engine/sitting", "gongyuan/engine/attempt", false},
		{"engine/attempt", "github.com/redis/go-redis/v9", false},
		{"api", "github.com/redis/go-redis/v9", false},
		{"api", "gongyuan/engine/mongostore", false},
		{"engine/mongostore", "gongyuan/engine/attempt/redislive", false},
		{"cmd/gongyuan", "gongyuan/engine/attempt/redislive", true},
		{"api", "gongyuan/engine/attempt", true},
	} {
		r, ok := ruleFor(c.pkg)
		if got := ok && allowedImport(r, c.pkg, c.imported); got != c.want {
			t.Errorf("%s importing %s: allowed = %v, want %v", c.pkg, c.imported, got, c.want)
		}
	}
}
