package mongostore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"github.com/google/go-cmp/cmp"

	"gongyuan/bank"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// stored is the precision that MongoDB keeps.
func stored() time.Time { return time.Date(2026, 11, 22, 10, 42, 7, 123_000_000, time.UTC) }

func opened(t *testing.T, db lungo.IDatabase) *mongostore.Store {
	t.Helper()
	s := mongostore.New(db)
	for range 2 { // every copy of the program does it
		if err := s.EnsureIndexes(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestSittings(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		store, ctx := opened(t, db).Sittings(), t.Context()
		want := sitting.Sitting{
			ID: "s1", Title: "三级理论", Occupation: standard.Occupation{Code: "3-02-02-00", Name: "保卫管理员"}, Level: 3,
			Blueprint: bank.Blueprint{
				ID: "b", Bank: "bank", Title: "方案", Duration: time.Hour, Sections: []bank.Section{{Type: bank.Multiple, Count: 2, Points: 50, Rule: bank.PerOption}},
				Weights: []bank.RangeWeight{{Range: "A", Weight: 100}}, Difficulty: map[int]int{1: 0, 2: 50, 3: 50, 4: 0, 5: 0}, MaxPerPoint: 2, Exposure: 30, AvoidMet: true,
			},
			Opens: stored(), Closes: stored().Add(time.Hour), Duration: time.Hour, LateEntry: time.Minute, Release: sitting.AtOnce, Explain: true,
			State: sitting.Draft, Secret: []byte{1, 2}, SecretDigest: "ab", Roster: []sitting.RegistrationID{"r1", "r2"}, Version: 1,
			Created: stored(), CreatedBy: "admin", Sealed: stored(), SealedBy: "admin",
		}
		if err := store.InsertSitting(ctx, want); err != nil {
			t.Fatal(err)
		}
		got, err := store.Sitting(ctx, "s1")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("sitting (-want +got):\n%s", diff)
		}
		if _, err := store.Sitting(ctx, "none"); !errors.Is(err, sitting.ErrNotFound) {
			t.Errorf("unknown sitting: %v", err)
		}
		got.State = sitting.Sealed
		next, err := store.ReplaceSitting(ctx, got)
		if err != nil || next.Version != 2 {
			t.Errorf("replace: version %d, %v", next.Version, err)
		}
		if _, err := store.ReplaceSitting(ctx, got); !errors.Is(err, sitting.ErrConflict) {
			t.Errorf("replace of an old version: %v, want ErrConflict", err)
		}
		list, total, err := store.Sittings(ctx, 0, 10)
		if err != nil || total != 1 || len(list) != 1 || list[0].State != sitting.Sealed {
			t.Errorf("list: %d of %d, %v", len(list), total, err)
		}
	})
}

func TestRegistrations(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		store, ctx := opened(t, db).Sittings(), t.Context()
		reg := func(id, admission, seat string) sitting.Registration {
			return sitting.Registration{
				ID: sitting.RegistrationID(id), Sitting: "s1", Candidate: people.CandidateID("c" + id), Admission: admission,
				Room: "01", Seat: seat, Extra: 10 * time.Minute, Created: stored(),
			}
		}
		if err := store.InsertRegistrations(ctx, []sitting.Registration{reg("1", "N1", "2"), reg("2", "N2", "10")}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			batch []sitting.Registration
			index int
			field string
		}{
			{[]sitting.Registration{reg("3", "N3", "3"), reg("4", "N1", "4")}, 1, "admission"},
			{[]sitting.Registration{reg("3", "N3", "3"), reg("4", "N4", "10")}, 1, "seat"},
			{[]sitting.Registration{reg("1", "N3", "3")}, 0, "idNumber"},
			{[]sitting.Registration{reg("3", "N3", "3"), reg("4", "N3", "4")}, 0, "admission"}, // clash within, as a race would be
		} {
			var taken *sitting.TakenError
			if err := store.InsertRegistrations(ctx, c.batch); !errors.As(err, &taken) || taken.Index != c.index || taken.Field != c.field {
				t.Errorf("clash of %v: %v, want %s of entry %d", c.batch, err, c.field, c.index)
			}
			if all, err := store.RegistrationsOf(ctx, "s1"); err != nil || len(all) != 2 {
				t.Fatalf("%d registrations after a refused batch, %v; want 2", len(all), err)
			}
		}
		if err := store.SetAttempts(ctx, map[sitting.RegistrationID]string{"1": "a1", "2": "a2"}); err != nil {
			t.Fatal(err)
		}
		all, err := store.RegistrationsOf(ctx, "s1")
		if err != nil || len(all) != 2 || all[0].Seat != "2" || all[1].Seat != "10" || all[1].Attempt != "a2" {
			t.Errorf("by seat: %+v, %v", all, err)
		}
		want := reg("1", "N1", "2")
		want.Attempt = "a1"
		for name, find := range map[string]func() (sitting.Registration, error){
			"by admission": func() (sitting.Registration, error) { return store.RegistrationByAdmission(ctx, "N1") },
			"by id":        func() (sitting.Registration, error) { return store.Registration(ctx, "1") },
		} {
			got, err := find()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		if err := store.DeleteRegistrations(ctx, []sitting.RegistrationID{"1", "never"}); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Registration(ctx, "1"); !errors.Is(err, sitting.ErrNotFound) {
			t.Errorf("after the deletion: %v", err)
		}
	})
}

func TestPeople(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		store, ctx := opened(t, db).People(), t.Context()
		account := people.Account{ID: "a1", Login: "admin", Name: "甲", Roles: []people.Role{people.Administrator, people.Editor}, Password: "$x", Created: stored()}
		if err := store.InsertAccount(ctx, account); err != nil {
			t.Fatal(err)
		}
		twin := account
		twin.ID = "a2"
		if err := store.InsertAccount(ctx, twin); !errors.Is(err, people.ErrDuplicate) {
			t.Errorf("same login: %v, want ErrDuplicate", err)
		}
		got, err := store.AccountByLogin(ctx, "admin")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(account, got); diff != "" {
			t.Errorf("account (-want +got):\n%s", diff)
		}
		if _, err := store.Account(ctx, "none"); !errors.Is(err, people.ErrNotFound) {
			t.Errorf("unknown account: %v", err)
		}
		first := people.Candidate{ID: "c1", Name: "王甲", IDSealed: []byte{1}, IDHash: "h", IDMasked: "1***", Created: stored()}
		second := first
		second.ID = "c2"
		for _, c := range []people.Candidate{first, second} {
			if got, err := store.EnsureCandidate(ctx, c); err != nil || got.ID != "c1" {
				t.Errorf("ensure %s: %s, %v; want c1", c.ID, got.ID, err)
			}
		}
		found, err := store.CandidatesByID(ctx, []people.CandidateID{"c1", "c2"})
		if diff := cmp.Diff(map[people.CandidateID]people.Candidate{"c1": first}, found); err != nil || diff != "" {
			t.Errorf("candidates: %v\n%s", err, diff)
		}
	})
}

func TestSessions(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		store, ctx, now := opened(t, db).People(), t.Context(), stored()
		sessions := people.NewSessions(store, time.Hour)
		first, _, err := sessions.Begin(ctx, people.Session{Audience: people.Candidates, Subject: "c1", Registration: "r1"}, now)
		if err != nil {
			t.Fatal(err)
		}
		second, session, err := sessions.Rotate(ctx, people.Candidates, first, now)
		if err != nil || session.Subject != "c1" || session.Registration != "r1" {
			t.Fatalf("rotate: %+v, %v", session, err)
		}
		for name, c := range map[string]struct {
			audience people.Audience
			token    string
			at       time.Time
		}{
			"unknown": {people.Candidates, "x", now}, "of another audience": {people.Staff, second, now}, "expired": {people.Candidates, second, now.Add(time.Hour)},
		} {
			if _, _, err := sessions.Rotate(ctx, c.audience, c.token, c.at); !errors.Is(err, people.ErrSession) {
				t.Errorf("%s: %v, want ErrSession", name, err)
			}
		}
		if _, _, err := sessions.Rotate(ctx, people.Candidates, first, now.Add(people.ReuseGrace)); err != nil {
			t.Errorf("within the grace: %v", err)
		}
		if _, _, err := sessions.Rotate(ctx, people.Candidates, first, now.Add(people.ReuseGrace+time.Second)); !errors.Is(err, people.ErrReused) {
			t.Errorf("after the grace: %v, want ErrReused", err)
		}
		if _, _, err := sessions.Rotate(ctx, people.Candidates, second, now); !errors.Is(err, people.ErrSession) {
			t.Errorf("the rest of the family: %v, want ErrSession", err)
		}
		if err := store.PurgeSessions(ctx, now.Add(2*time.Hour)); err != nil {
			t.Error(err)
		}
	})
}

func TestResults(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		store, ctx := opened(t, db).Results(), t.Context()
		want := result.Theory{
			Attempt: "a1", Sitting: "s1", Version: 1, Awarded: 6150, Full: 10000, Pass: 6000, Complete: true, Passed: true, Marked: stored(),
			Sections: []result.Section{{Type: bank.Single, Awarded: 6150, Full: 10000, Right: 41, Slots: 60, Waiting: 0}},
			Slots:    []result.Slot{{Number: 1, Mark: bank.Mark{Awarded: 150, Verdict: bank.Right}}, {Number: 2, Mark: bank.Mark{Verdict: bank.Waiting, ByPeople: true}}},
		}
		other := want
		other.Awarded = 1
		for _, r := range []result.Theory{want, other} { // marking again changes nothing
			if err := store.InsertTheories(ctx, []result.Theory{r}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := store.Result(ctx, "a1")
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("result: %v\n%s", err, diff)
		}
		second := want
		second.Round, second.Awarded = 1, 7000
		for _, r := range []result.Theory{second, want} { // an earlier round comes late
			if err := store.InsertTheories(ctx, []result.Theory{r}); err != nil {
				t.Fatal(err)
			}
		}
		got, err = store.Result(ctx, "a1")
		if diff := cmp.Diff(second, got); err != nil || diff != "" {
			t.Errorf("a later round takes the place: %v\n%s", err, diff)
		}
		if _, err := store.Result(ctx, "none"); !errors.Is(err, result.ErrNotFound) {
			t.Errorf("unknown attempt: %v", err)
		}
		several, err := store.ResultsOf(ctx, []string{"a1", "a2"})
		if err != nil || len(several) != 1 {
			t.Errorf("several: %d, %v", len(several), err)
		}
		others := want
		others.Attempt, others.Sitting = "b1", "another"
		if err := store.InsertTheories(ctx, []result.Theory{others}); err != nil {
			t.Fatal(err)
		}
		all, err := store.ResultsOfSitting(ctx, sitting.ID(want.Sitting))
		if diff := cmp.Diff(map[string]result.Theory{"a1": second}, all); err != nil || diff != "" {
			t.Errorf("of a sitting: %v\n%s", err, diff)
		}
	})
}
