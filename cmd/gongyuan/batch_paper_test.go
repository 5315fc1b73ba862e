package main

import (
	"archive/zip"
	"bytes"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"gongyuan/engine/certificate"
	"gongyuan/engine/diploma"
	"gongyuan/engine/people"
)

// TestBatchPaper takes a batch as one document and as an archive, which comes
// while it is printed.
func TestBatchPaper(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	s, persons, _ := scored(t, w)
	release(t, w, string(s.ID))
	var registrations []string
	for _, p := range persons {
		registrations = append(registrations, p.registration)
	}
	b := w.certify(s.ID, registrations...)
	admin := w.staff(people.Administrator)
	_, err := w.engine.registry.Revoke(t.Context(), certificate.Number(*b.Entries[0].Number), "误发", "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	path := batchesPath + "/" + b.Id
	refused(t, "no such batch", w.call("GET", batchesPath+"/none/archive", admin, nil), 404, "not-found")
	w.call("GET", path+"/archive", "", nil).must(t, 401)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	app := w.app
	go func() { _ = app.Listener(listener) }()
	t.Cleanup(func() { _ = app.ShutdownWithTimeout(time.Second) })
	take := func(what string) []byte {
		req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+listener.Addr().String()+path+what, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+admin)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != 200 || resp.Header.Get("Gongyuan-Documents") != "2" {
			t.Fatalf("%s: %d, %d bytes, %v, %v", what, resp.StatusCode, len(raw), resp.Header, err)
		}
		return raw
	}
	doc := take("/document")
	if n := len(diploma.Statements(doc)); n != 2 || !bytes.Contains(doc, []byte("\n% page 2 of 2\n")) {
		t.Errorf("the document has %d valid certificates, want 2 of 3", n)
	}
	raw := take("/archive")
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil || len(z.File) != 2 || z.File[0].Name != *b.Entries[1].Number+".pdf" {
		t.Fatalf("the archive: %v, %v", z, err)
	}
	if n := recorded(t, w, "certificate.print"); n != 2 {
		t.Errorf("recorded %d times, want 2", n)
	}
}
