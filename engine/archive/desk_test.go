package archive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/marking"
	"gongyuan/engine/people"
	"gongyuan/engine/proctor"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// hall is everything around a Desk, in memory: a sitting with one candidate who
// did not come.
type hall struct {
	mu       sync.Mutex
	sitting  sitting.Sitting
	appeals  []result.Appeal
	archives []Archive
	requests map[RequestID]Request
	files    map[string][]byte
	acts     []string
	during   func() // called once, while results are read
	spoil    bool   // the disk changes what is written
}

func (h *hall) Now() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }

func (h *hall) Record(_ context.Context, e audit.Event) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.acts = append(h.acts, e.Act)
	return nil
}

func (h *hall) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	return people.Account{ID: id, Roles: []people.Role{people.Role(strings.TrimRight(string(id), "12"))}}, nil
}

func (h *hall) Accounts(context.Context) ([]people.Account, error) { return nil, nil }

func (h *hall) CandidatesByID(_ context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error) {
	out := map[people.CandidateID]people.Candidate{}
	for _, id := range ids {
		out[id] = people.Candidate{ID: id, Name: "示例甲"}
	}
	return out, nil
}

func (h *hall) Open([]byte, string) (string, error) { return "11010519491231002X", nil }

func (h *hall) Sitting(context.Context, sitting.ID) (sitting.Sitting, error) { return h.sitting, nil }

func (h *hall) RegistrationsOf(context.Context, sitting.ID) ([]sitting.Registration, error) {
	return []sitting.Registration{{ID: "r1", Candidate: "c1", Sitting: "s"}}, nil
}

func (h *hall) RulingsOf(context.Context, sitting.ID) ([]result.Ruling, error)   { return nil, nil }
func (h *hall) ReleasesOf(context.Context, sitting.ID) ([]result.Release, error) { return nil, nil }

func (h *hall) VersionsOf(context.Context, sitting.RegistrationID) ([]result.Record, error) {
	h.mu.Lock()
	during := h.during
	h.during = nil
	h.mu.Unlock()
	if during != nil {
		during()
	}
	return nil, nil
}

func (h *hall) AppealsOf(context.Context, sitting.ID) ([]result.Appeal, error) { return h.appeals, nil }

func (h *hall) RegradesOfSitting(context.Context, sitting.ID) ([]result.Regrade, error) {
	return nil, nil
}

func (h *hall) EntriesFrom(context.Context, int64, int) ([]audit.Entry, error) { return nil, nil }

func (h *hall) InsertArchive(_ context.Context, a Archive) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if slices.ContainsFunc(h.archives, func(x Archive) bool { return x.ID == a.ID }) {
		return ErrConflict
	}
	h.archives = append(h.archives, a)
	return nil
}

func (h *hall) Archive(_ context.Context, id ID) (Archive, error) {
	for _, a := range h.archives {
		if a.ID == id {
			return a, nil
		}
	}
	return Archive{}, ErrNotFound
}

func (h *hall) ArchivesOf(context.Context, sitting.ID) ([]Archive, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.archives), nil
}

func (h *hall) InsertRequest(_ context.Context, r Request) error { h.requests[r.ID] = r; return nil }

func (h *hall) Request(_ context.Context, id RequestID) (Request, error) { return h.requests[id], nil }

func (h *hall) ReplaceRequest(_ context.Context, r Request) (Request, error) {
	r.Version++
	h.requests[r.ID] = r
	return r, nil
}

func (h *hall) RequestsOf(context.Context, sitting.ID) ([]Request, error) { return nil, nil }

// sheet is a file that is being written.
type sheet struct {
	bytes.Buffer
	h    *hall
	name string
}

func (s *sheet) Close() error {
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	raw := bytes.Clone(s.Bytes())
	if s.h.spoil {
		raw[len(raw)/2] ^= 1
	}
	s.h.files[s.name] = raw
	return nil
}

func (h *hall) CreateFile(_ context.Context, name string) (io.WriteCloser, error) {
	return &sheet{h: h, name: name}, nil
}

func (h *hall) OpenFile(_ context.Context, name string) (io.ReadCloser, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	raw, ok := h.files[name]
	if !ok {
		return nil, ErrNotFound
	}
	return io.NopCloser(bytes.NewReader(raw)), nil
}

func (h *hall) DropFile(_ context.Context, name string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.files, name)
	return nil
}

// nothing is sources that have nothing.
type nothing struct{}

func (nothing) Several(context.Context, []attempt.AttemptID) ([]attempt.Record, error) {
	return nil, nil
}
func (nothing) Papers(context.Context, []attempt.AttemptID) (map[attempt.AttemptID]bank.Paper, error) {
	return nil, nil
}
func (nothing) Submission(context.Context, attempt.AttemptID, int) (attempt.Submission, error) {
	return attempt.Submission{}, attempt.ErrNotSubmitted
}
func (nothing) Adjustments(context.Context, []attempt.AttemptID) (map[attempt.AttemptID][]attempt.Adjustment, error) {
	return nil, nil
}
func (nothing) OrdersOf(context.Context, sitting.ID) ([]attempt.Order, error)    { return nil, nil }
func (nothing) Gaps(context.Context, []attempt.AttemptID) ([]attempt.Gap, error) { return nil, nil }
func (nothing) Log(context.Context, sitting.ID, sitting.RegistrationID) (proctor.Log, error) {
	return proctor.Log{}, nil
}
func (nothing) PiecesOf(context.Context, sitting.ID, bool) ([]marking.Piece, error) { return nil, nil }
func (nothing) MarksOf(context.Context, sitting.ID, marking.PieceID) ([]marking.Mark, error) {
	return nil, nil
}
func (nothing) SettlementsOf(context.Context, sitting.ID) ([]marking.Settlement, error) {
	return nil, nil
}
func (nothing) PanelsOfSitting(context.Context, sitting.ID) ([]assess.Panel, error) { return nil, nil }
func (nothing) Sheet(context.Context, assess.SheetRef) (assess.Sheet, error) {
	return assess.Sheet{}, nil
}
func (nothing) ScoresOf(context.Context, assess.PanelID) ([]assess.Score, error) { return nil, nil }
func (nothing) VersionsOf(context.Context, assess.PanelID, sitting.RegistrationID) ([]assess.Score, error) {
	return nil, nil
}
func (nothing) Decisions(context.Context, assess.PanelID) ([]assess.Decision, error) { return nil, nil }
func (nothing) Absences(context.Context, assess.PanelID) ([]assess.Absence, error)   { return nil, nil }

func newHall(t *testing.T) (*hall, *Desk) {
	h := &hall{sitting: sitting.Sitting{ID: "s", State: sitting.Released, Version: 9}, requests: map[RequestID]Request{}, files: map[string][]byte{}}
	none := nothing{}
	return h, NewDesk(Deps{
		Store: h, Files: h, Accounts: h, Audit: h, Clock: h, Secrets: []people.Secret{secret("1")}, Keys: keysOf(t, secret("1")), Body: "示例机构", Access: time.Hour,
		Sources: Sources{
			Sittings: h, People: h, Attempts: none, Proctors: none, Markings: none, Assessments: none, Records: h, Appeals: h, Regrades: h, Trail: h, Opener: h,
		},
	})
}

func TestMake(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		h, d := newHall(t)
		a, err := d.Make(t.Context(), "administrator1", "s")
		if err != nil || a.ID != "s:1" || a.Size != int64(len(h.files[a.File])) || a.Counts["candidate"] != 1 {
			t.Fatalf("%+v, %v", a, err)
		}
		if report, err := d.Check(t.Context(), "auditor", a.ID); err != nil || report.Seal.SHA256 != a.SHA256 {
			t.Errorf("checked: %+v, %v", report, err)
		}
		if !slices.Equal(h.acts, []string{"archive.make", "archive.seal"}) {
			t.Errorf("recorded %q", h.acts)
		}
		// Another whole archive in its place is not the one that was made.
		other, err := d.Make(t.Context(), "administrator1", "s")
		if err != nil || other.ID != "s:2" {
			t.Fatalf("%+v, %v", other, err)
		}
		h.files[a.File] = h.files[other.File]
		if _, err := d.Check(t.Context(), "auditor", a.ID); !errors.Is(err, ErrBroken) {
			t.Errorf("another file: %v", err)
		}
	})
	t.Run("Err two at once", func(t *testing.T) {
		t.Parallel()
		h, d := newHall(t)
		var inner error
		h.during = func() { _, inner = d.Make(t.Context(), "administrator2", "s") }
		_, err := d.Make(t.Context(), "administrator1", "s")
		if inner != nil || !errors.Is(err, ErrConflict) || len(h.archives) != 1 || len(h.files) != 1 || h.files[h.archives[0].File] == nil {
			t.Errorf("%v, %v: %d archives, %d files", inner, err, len(h.archives), len(h.files))
		}
	})
	for name, c := range map[string]struct {
		by     people.AccountID
		change func(*hall)
		want   error
	}{
		"an appeal while it is written": {"administrator1", func(h *hall) {
			h.during = func() { h.appeals = []result.Appeal{{ID: "a1", State: result.AppealFiled}} }
		}, ErrConflict},
		"an act on the sitting while it is written": {"administrator1", func(h *hall) { h.during = func() { h.sitting.Version++ } }, ErrConflict},
		"what was stored is not what was written":   {"administrator1", func(h *hall) { h.spoil = true }, ErrBroken},
		"not released":  {"administrator1", func(h *hall) { h.sitting.State = sitting.Closed }, ErrState},
		"somebody else": {"auditor", func(*hall) {}, ErrForbidden},
	} {
		t.Run("Err "+name, func(t *testing.T) {
			t.Parallel()
			h, d := newHall(t)
			c.change(h)
			if _, err := d.Make(t.Context(), c.by, "s"); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if len(h.archives)+len(h.files) > 0 {
				t.Errorf("left behind: %v, %d files", h.archives, len(h.files))
			}
		})
	}
}
