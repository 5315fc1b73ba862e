package api

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestGeneratedIsFresh generates the contract's Go code again, with the version
// of the generator that cmd/tools pins, and compares.
func TestGeneratedIsFresh(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "contract.gen.go")
	spec, err := filepath.Abs("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	config, err := filepath.Abs("codegen.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "-C", "../cmd/tools", "tool", "oapi-codegen", "-config", config, "-o", out, spec)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("generate: %v\n%s", err, text)
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("contract/contract.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("api/contract/contract.gen.go is stale: run `make generate`")
	}
}
