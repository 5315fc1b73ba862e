package formats_test

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/formats"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// zipped makes an archive of a folder, its files in their order.
func zipped(t testing.TB, dir string) []byte {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(names)
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		w, err := z.Create(filepath.ToSlash(rel))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(raw); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// samples lists the golden inputs: files, and folders that are zipped first.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	all, err := filepath.Glob("testdata/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".golden") || strings.HasPrefix(name, "testdata/losses") || strings.HasPrefix(name, "testdata/fuzz") || strings.HasPrefix(name, "testdata/rapid") {
			continue
		}
		if info.IsDir() {
			out[name] = zipped(t, name)
			continue
		}
		if out[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// wanted is the format that each folder of samples is recognised as.
var wanted = map[string]string{"text": "text", "docx": "docx", "aiken": "aiken", "gift": "gift", "moodle": "moodle-xml", "qti": "qti-2.2"}

// TestGolden reads files of every format: ordinary ones, odd ones and broken
// ones, and holds items and verdicts against what was once looked at.
func TestGolden(t *testing.T) {
	t.Parallel()
	for name, raw := range samples(t) {
		t.Run(strings.TrimPrefix(name, "testdata/"), func(t *testing.T) {
			t.Parallel()
			format, err := formats.Detect(filepath.Base(name), raw)
			if err != nil {
				t.Fatal(err)
			}
			if want := wanted[filepath.Base(filepath.Dir(name))]; format.Name != want {
				t.Errorf("detected as %s, want %s", format.Name, want)
			}
			got, err := formats.ReadAs(format, raw, exchange.Options{Bank: "demo-3", Point: "A-A-A-001"})
			text := dump(&got)
			if err != nil {
				text = "error: " + err.Error() + "\n"
			}
			golden := name + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), text); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			again(t, format, raw, got)
		})
	}
}

// again reads a file a second time, by a bank that holds what the first gave:
// nothing may be new or different.
func again(t *testing.T, format exchange.Format, raw []byte, first exchange.Import) {
	t.Helper()
	second, err := formats.ReadAs(format, raw, exchange.Options{Bank: "demo-3", Point: "A-A-A-001", Held: first.Revisions})
	if err != nil {
		if len(first.Revisions) > 0 {
			t.Error(err)
		}
		return
	}
	second.CarryForeign(first.Revisions)
	if diff := cmp.Diff(first.Revisions, second.Revisions); diff != "" {
		t.Errorf("the second time (-first +second):\n%s", diff)
	}
}

// dump writes an import for people to look at.
func dump(in *exchange.Import) string {
	var b strings.Builder
	n := in.Counts
	fmt.Fprintf(&b, "%s 《%s》 rows %d kept %d changed %d dropped %d media %d\n", in.Bank, in.Title, n.Rows, n.Kept, n.Changed, n.Dropped, len(in.Media))
	for i := range in.Revisions {
		r := &in.Revisions[i]
		fmt.Fprintf(&b, "\n%s difficulty %d consistency %d", exchange.CodeOf(in.Bank, r.Item), r.Difficulty, r.Consistency)
		if len(r.Excludes) > 0 {
			fmt.Fprintf(&b, " excludes %v", r.Excludes)
		}
		b.WriteByte('\n')
		ask(&b, "", &r.Question)
		for j := range r.Parts {
			ask(&b, fmt.Sprintf("  %d ", j+1), &r.Parts[j])
		}
		if f := r.Foreign; f != nil {
			fmt.Fprintf(&b, "foreign %s id %q kind %q raw %d bytes path %q\n", f.Format, f.ID, f.Kind, len(f.Raw), f.Path)
			for _, m := range f.Media {
				fmt.Fprintf(&b, "  media %s %s %d\n", m.Path, m.Type, m.Size)
			}
		}
	}
	b.WriteString("\n----------\n")
	for _, v := range in.Verdicts {
		fmt.Fprintf(&b, "%s %s:%d %s %s %s", v.Outcome, v.Sheet, v.Row, v.Item, v.Field, v.Reason)
		if v.Old != "" || v.New != "" {
			fmt.Fprintf(&b, " %q → %q", v.Old, v.New)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func ask(b *strings.Builder, lead string, q *bank.Question) {
	fmt.Fprintf(b, "%s%s %q\n", lead, q.Type, q.Stem)
	for _, o := range q.Options {
		last := ""
		if o.Last {
			last = " last"
		}
		if o.Feedback != "" {
			last += fmt.Sprintf(" feedback %q", o.Feedback)
		}
		fmt.Fprintf(b, "%s  %s %q%s\n", lead, o.ID, o.Text, last)
	}
	fmt.Fprintf(b, "%s  key %v %q %q\n", lead, q.Key.Options, q.Key.Blanks, q.Key.Reference)
	if len(q.Key.Rubric) > 0 {
		fmt.Fprintf(b, "%s  rubric %q\n", lead, bank.FormatRubric(q.Key.Rubric))
	}
	if q.Explanation != "" || q.Source != "" {
		fmt.Fprintf(b, "%s  explanation %q source %q\n", lead, q.Explanation, q.Source)
	}
}
