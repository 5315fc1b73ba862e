package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBankStatistics prints what follows from a table of responses.
func TestBankStatistics(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "responses.csv")
	if err := os.WriteFile(file, []byte("id,Q1,Q2\nkey,A,B\nx,A,B\ny,A,C\nz,C,\nw,A,NA\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (&bankStatisticsCommand{Responses: file, MinPeople: 30}).run(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"people 4", "A* 0/", "0.750", "0.333", "nested"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
	out.Reset()
	if err := (&bankStatisticsCommand{Responses: file, JSON: "-"}).run(&out); err != nil {
		t.Fatal(err)
	}
	var got statisticsReport
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || len(got.Items) != 2 || got.Items[1].People != 3 || *got.Items[1].Omitted != 1./3 {
		t.Errorf("%v: %s", err, out.String())
	}
}
