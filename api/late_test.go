package api

import (
	"encoding/json"
	"os"
	"testing"

	"gongyuan/api/contract"
)

// TestAnswersDigest holds the digest against the vector that the page's own
// tests write: both sides must come to the same bytes.
func TestAnswersDigest(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../frontend/src/candidate/testdata/answers-file.json")
	if err != nil {
		t.Fatal(err)
	}
	var file contract.AnswersFile
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Operations) == 0 || file.Digest == "" {
		t.Fatalf("the vector holds %d operations and the digest %q", len(file.Operations), file.Digest)
	}
	if got := answersDigest(&file); got != file.Digest {
		t.Errorf("digest %s, want %s", got, file.Digest)
	}
	file.Operations[0].Flagged = !file.Operations[0].Flagged
	if answersDigest(&file) == file.Digest {
		t.Error("a changed operation has the same digest")
	}
}

// TestCompactResponse compares with what the page writes: JSON.stringify, and
// U+2028 and U+2029 escaped.
func TestCompactResponse(t *testing.T) {
	t.Parallel()
	text := []string{"消防 <b>&\"\\", "a\u2028b\u2029c", "\n\t\b\f\r\x01\x7f"}
	choice := []string{"A", "C"}
	got := compactResponse(contract.Response{Choice: &choice, Text: &text})
	want := `{"choice":["A","C"],"text":["消防 <b>&\"\\","a\u2028b\u2029c","\n\t\b\f\r\u0001` + "\x7f" + `"]}`
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := compactResponse(contract.Response{}); got != "{}" {
		t.Errorf("nothing: %s", got)
	}
}
