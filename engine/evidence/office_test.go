package evidence_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/256dpi/lungo"
	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/assess"
	"gongyuan/engine/audit"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/evidence"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// hall knows the sitting of these tests, of level 2, with three candidates.
type hall map[sitting.RegistrationID]sitting.Registration

func (h hall) Sitting(_ context.Context, id sitting.ID) (sitting.Sitting, error) {
	if id != exam {
		return sitting.Sitting{}, sitting.ErrNotFound
	}
	return sitting.Sitting{ID: exam, Level: 2, State: sitting.Open, Secret: []byte("secret"), Roster: []sitting.RegistrationID{"r1", "r2", "r3"}}, nil
}

func (h hall) Registration(_ context.Context, id sitting.RegistrationID) (sitting.Registration, error) {
	if r, ok := h[id]; ok {
		return r, nil
	}
	return sitting.Registration{}, sitting.ErrNotFound
}

func (h hall) RegistrationsOf(context.Context, sitting.ID) ([]sitting.Registration, error) {
	return []sitting.Registration{h["r1"], h["r2"], h["r3"]}, nil
}

type accounts map[people.AccountID]people.Account

func (a accounts) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	if x, ok := a[id]; ok {
		return x, nil
	}
	return people.Account{}, people.ErrNotFound
}

// recorder takes down what is recorded; it refuses while broken.
type recorder struct {
	mu     sync.Mutex
	events []audit.Event
	broken bool
}

func (r *recorder) Record(_ context.Context, e audit.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken {
		return errors.New("the record is away")
	}
	r.events = append(r.events, e)
	return nil
}

func (r *recorder) acts() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, e := range r.events {
		out = append(out, e.Actor+" "+e.Act)
	}
	return strings.Join(out, ", ")
}

const exam sitting.ID = "sitting-1"

// office is a cabinet beside the desk that scores are entered at.
type office struct {
	*evidence.Cabinet
	desk  *assess.Desk
	clock *enginetest.Clock
	trail *recorder
	db    lungo.IDatabase
	panel assess.Panel

	certificates papers
}

func newOffice(t *testing.T, kind standard.Kind) office {
	t.Helper()
	db := servers.Embedded(t)
	store := mongostore.New(db)
	ok(t, store.EnsureIndexes(t.Context()))
	std, err := standard.Sample()
	ok(t, err)
	staff := accounts{
		"officer": {Roles: []people.Role{people.CertificateOfficer}}, "auditor": {Roles: []people.Role{people.Auditor}},
		"admin": {Roles: []people.Role{people.Administrator}}, "editor": {Roles: []people.Role{people.Editor}},
	}
	for _, id := range []people.AccountID{"e1", "e2", "e3", "stranger", "chair"} {
		staff[id] = people.Account{ID: id, Roles: []people.Role{people.Examiner}}
	}
	staff["door"], staff["elsewhere"] = people.Account{Roles: []people.Role{people.Invigilator}}, people.Account{Roles: []people.Role{people.Invigilator}}
	h := hall{}
	for i, id := range []sitting.RegistrationID{"r1", "r2", "r3"} {
		h[id] = sitting.Registration{ID: id, Sitting: exam, Candidate: people.CandidateID(fmt.Sprint("c", i+1)), Room: "02", Seat: fmt.Sprint("0", i+1)}
	}
	clock, a, e, trail := enginetest.NewClock(enginetest.Start), store.Assessments(), store.Evidence(), &recorder{}
	vault, err := evidence.NewVault(enginetest.CertificateSecrets())
	ok(t, err)
	limits := evidence.DefaultLimits()
	limits.PerOwner = 3
	certificates := papers{"S1": 1, "S2": 0}
	c := evidence.NewCabinet(evidence.Deps{
		Files: e, Drafts: e, Contents: e, Terms: e, Panels: a, Sheets: a, Scores: a, Sittings: h, Accounts: staff, Filings: register{}, Certificates: certificates, Standard: std,
		Vault: vault, Trail: trail, Clock: clock, Limits: limits, Posts: sent{"door"},
	})
	desk := assess.NewDesk(assess.Deps{
		Sheets: a, Panels: a, Appointments: a, Scores: a, Versions: a, Unlocks: a, Rulings: a, Sittings: h, Accounts: staff, Audit: &recorder{},
		Standard: std, Clock: clock, Attachments: c,
	})
	sheet := enginetest.SkillSheet("fire")
	sheet.Level, sheet.Kind = 2, kind
	sheet.Attachments = []assess.Attachment{{ID: "signed", Label: "签名的评审表", Required: true}, {ID: "work", Label: "操作照片"}}
	ok(t, desk.Provide(t.Context(), []assess.Sheet{sheet}))
	p := assess.Panel{
		ID: assess.PanelOf(exam, kind), Sitting: exam, Level: 2, Kind: kind, Sheet: sheet.SheetRef, Examiners: []people.AccountID{"e1", "e2", "e3"},
		Chair: "chair", State: assess.Appointed, Station: 1, Weight: 100, Version: 1, Rule: assess.Mean, Draw: []sitting.RegistrationID{"r2", "r1", "r3"}, Created: enginetest.Start,
	}
	ok(t, a.InsertPanel(t.Context(), p))
	return office{c, desk, clock, trail, db, p, certificates}
}

// sent are the invigilators of every sitting.
type sent []people.AccountID

func (s sent) Posted(context.Context, sitting.ID) ([]people.AccountID, error) { return s, nil }

func (o office) draw(n int) assess.Case { return assess.Case{Panel: o.panel.ID, Draw: n} }

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func announce(id, name string, raw []byte) evidence.Upload {
	sum := sha256.Sum256(raw)
	return evidence.Upload{ID: evidence.FileID(id + "-0000-0000-0000"), Name: name, Length: int64(len(raw)), Digest: hex.EncodeToString(sum[:])}
}

// send sends all parts of what was announced and completes it.
func (o office) send(t *testing.T, by evidence.Actor, id evidence.FileID, raw []byte) (evidence.File, error) {
	t.Helper()
	for n := 0; n*evidence.PartSize < len(raw); n++ {
		ok(t, o.Put(t.Context(), by, id, n, raw[n*evidence.PartSize:min(len(raw), (n+1)*evidence.PartSize)]))
	}
	return o.Complete(t.Context(), by, id)
}

func (o office) attach(t *testing.T, by people.AccountID, c assess.Case, u evidence.Upload, raw []byte) evidence.File {
	t.Helper()
	_, err := o.Attach(t.Context(), by, c, u)
	ok(t, err)
	f, err := o.send(t, evidence.Actor{Account: by}, u.ID, raw)
	ok(t, err)
	return f
}

func staffer(id people.AccountID) evidence.Actor { return evidence.Actor{Account: id} }

// reads tells who of all can read a file.
func (o office) reads(t *testing.T, id evidence.FileID) string {
	t.Helper()
	var out []string
	for _, who := range []evidence.Actor{
		staffer("e1"), staffer("e2"), staffer("chair"), staffer("stranger"), staffer("admin"), staffer("editor"), staffer("nobody"),
		{Registration: "r1"}, {Registration: "r2"}, {},
	} {
		_, _, err := o.Read(t.Context(), who, id)
		if err == nil {
			out = append(out, who.Name())
		} else if !errors.Is(err, evidence.ErrNotFound) {
			t.Errorf("%s: %v", who.Name(), err)
		}
	}
	return strings.Join(out, " ")
}
