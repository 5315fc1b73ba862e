package api

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gongyuan/engine/archive"
	"gongyuan/engine/sitting"
	"gongyuan/engine/talent"
)

func FuzzCheckBody(f *testing.F) {
	routes, _, err := loadContract()
	if err != nil {
		f.Fatal(err)
	}
	schema := routes["POST /api/v1/sittings"].body
	for _, seed := range []string{`{}`, `null`, `[1]`, `{"title":"x"}`, `{"title":{"a":[]}}`, `{"opens":"2026"}`, "\x00", `{"level":1e400}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		err := checkBody(schema, body)
		var fields *fieldsError
		if err != nil && !errors.As(err, &fields) && !errors.Is(err, errMalformed) {
			t.Errorf("checkBody(%q) = %v, neither malformed nor fields", body, err)
		}
	})
}

func TestCheckBody(t *testing.T) {
	t.Parallel()
	routes, _, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, route, body string
		want              []string // pointers
	}{
		{"OK", "POST /api/v1/auth/refresh", `{"audience":"staff"}`, nil},
		{"Err missing", "POST /api/v1/auth/refresh", `{}`, []string{"/audience"}},
		{"Err not in the list", "POST /api/v1/auth/refresh", `{"audience":"x"}`, []string{"/audience"}},
		{"Err inside an array", "POST /api/v1/sittings/:sitting/registrations",
			`{"candidates":[{"name":"a","idNumber":"b","room":"c","seat":"d"},{"name":"a","idNumber":1,"room":"c"}]}`,
			[]string{"/candidates/1/idNumber", "/candidates/1/seat"}},
		{"Err empty array", "POST /api/v1/sittings/:sitting/registrations", `{"candidates":[]}`, []string{"/candidates"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			schema := routes[c.route].body
			if schema == nil {
				t.Fatalf("no body at %s", c.route)
			}
			err := checkBody(schema, []byte(c.body))
			var fields *fieldsError
			var got []string
			if errors.As(err, &fields) {
				for _, f := range fields.fields {
					got = append(got, f.Field)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("pointers = %v, want %v (%v)", got, c.want, err)
			}
		})
	}
}

func TestFieldText(t *testing.T) {
	t.Parallel()
	if zh, en := fieldText("taken", "zh-CN"), fieldText("taken", "en"); zh == en || zh == "" {
		t.Errorf("texts %q and %q", zh, en)
	}
	if fieldText("never heard of", "en") == "" {
		t.Error("an unknown reason has no text")
	}
	if got := fieldsOf(&sitting.FieldError{Field: "/x", Reason: "y"}); len(got) != 1 {
		t.Errorf("fieldsOf = %v", got)
	}
}

// TestFieldErrors: whatever package says which field is wrong, the page hears it.
func TestFieldErrors(t *testing.T) {
	t.Parallel()
	known, err := os.ReadFile("fields.go")
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("../engine/*/*.go")
	if err != nil || len(paths) < 100 {
		t.Fatal(len(paths), err)
	}
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(path))
		if name == "diploma" { // template.go names its fields
			continue
		}
		if bytes.Contains(source, []byte("\ntype FieldError struct")) && !bytes.Contains(known, []byte("fieldOf["+name+".FieldError]")) {
			t.Errorf("%s has a FieldError that the table of fields.go lacks", path)
		}
	}
	for _, err := range []error{&archive.FieldError{Field: "/reason", Reason: "length-2-500"}, fmt.Errorf("ask: %w", &talent.FieldError{Field: "/reason", Reason: "length-2-500"})} {
		if got := fieldsOf(err); !slices.Equal(got, named("/reason", "length-2-500")) {
			t.Errorf("%v: %v", err, got)
		}
	}
	if got := fieldsOf(errors.New("nothing of a field")); got != nil {
		t.Errorf("of another error: %v", got)
	}
}
