package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/enrol"
	"gongyuan/engine/filing"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/rekey"
)

// again stops the program and starts it with these secrets, the newest first.
func (w *world) again(secrets ...people.Secret) {
	w.t.Helper()
	w.stop()
	w.settings.Secrets = strings.TrimSpace(people.FormatSecrets(secrets))
	w.start()
}

// TestKeysRotate puts a new secret first, breaks the sealing anew off, ends it,
// and takes everything out again that was sealed.
func TestKeysRotate(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		secrets, err := w.settings.secrets()
		if err != nil {
			t.Fatal(err)
		}
		old, fresh := secrets[0], people.Secret{ID: "2", Key: bytes.Repeat([]byte{2}, 32)}
		kept := fillSealed(t, w)

		w.again(fresh, old)
		shelves, err := w.engine.shelves([]people.Secret{fresh, old})
		if err != nil {
			t.Fatal(err)
		}
		broken, stop := context.WithCancel(ctx)
		first := ""
		reports, err := rekey.Rotate(broken, shelves, fresh.ID, w.engine.trail, func(r rekey.Report) {
			first = r.Shelf
			stop()
		})
		if err == nil || len(reports) == 0 {
			t.Fatalf("broken off after %s: %d reports, %v", first, len(reports), err)
		}
		kept.check(t, w)
		if reports, err = rekey.Rotate(ctx, shelves, fresh.ID, w.engine.trail, func(rekey.Report) {}); err != nil {
			t.Fatal(err)
		}
		if err := unfinished(reports, fresh.ID); err != nil {
			t.Fatal(err)
		}
		for _, r := range reports {
			if r.Total == 0 {
				t.Errorf("nothing on the shelf %s", r.Shelf)
			}
		}
		after, err := rekey.Status(ctx, shelves)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range after {
			if !r.Done(fresh.ID) {
				t.Errorf("%s: %v", r.Shelf, r.Keys)
			}
		}
		kept.check(t, w)
		if _, err := w.engine.trail.Verify(ctx, audit.Head{}); err != nil {
			t.Errorf("the record after a rotation: %v", err)
		}
		if n, err := w.engine.stores.db.Collection("evidence.files").CountDocuments(ctx, bson.M{}); err != nil || n != 1 {
			t.Errorf("%d contents of one file, %v", n, err)
		}
		w.stop()
		w.settings.Secrets = strings.TrimSpace(people.FormatSecrets([]people.Secret{old, fresh}))
		if _, err := quietEngine(ctx, &w.settings); !errors.Is(err, errLookup) {
			t.Errorf("with the secrets in another order: %v", err)
		}
		w.again(fresh, old)
	})
}

// sealedThings is one of everything that is sealed, as it was put in.
type sealedThings struct {
	person    person
	holder    member
	recovery  []string
	number    certificate.Number
	admin     member
	file      string
	photo     []byte
	signedFor int // recovery codes used so far
	applied   contract.Enrolment
	plan      string // the sitting that was applied for
	portrait  []byte
}

const aContact = "某人 029-00000000"

// apply sends an application for a sitting that is planned.
func (k *sealedThings) apply(t *testing.T, w *world, blueprint string) {
	t.Helper()
	var s contract.Sitting
	now := w.clock.Now()
	w.call("POST", "/api/v1/sittings", k.admin.token, contract.SittingPlan{
		Title: "报名", Level: 3, Blueprint: blueprint, Opens: now.AddDate(0, 0, 1), Closes: now.AddDate(0, 0, 2), DurationMinutes: 90, Release: "at-once",
	}).must(t, 201).into(t, &s)
	k.plan = "/api/v1/sittings/" + s.Id + "/enrolment"
	from, to := now.Add(-time.Hour), now.Add(time.Hour)
	w.call("PUT", k.plan, k.admin.token, contract.EnrolWindow{On: true, Opens: &from, Closes: &to}).must(t, 200)
	w.call("POST", "/api/v1/enrolments/"+s.Id, "", contract.EnrolSend{
		Name: "报名甲", IdNumber: rosterIdentity(77), Phone: "139 0000 0000", Employer: "示例单位", Condition: "3-1", Photo: photograph(t, 390, 546),
		Evidence: []contract.EnrolGiven{{Name: "学历.jpg", Data: photograph(t, 40, 30)}},
	}).must(t, 201)
	k.applied, k.portrait = k.application(t, w)
}

func (k *sealedThings) application(t *testing.T, w *world) (contract.Enrolment, []byte) {
	t.Helper()
	admin := k.adminToken(t, w)
	var list contract.EnrolList
	w.call("GET", k.plan, admin, nil).must(t, 200).into(t, &list)
	var photo contract.EnrolContent
	a := list.Applications[0]
	w.call("POST", k.plan+"/"+a.Id+"/files/"+a.Files[0].Id, admin, nil).must(t, 200).into(t, &photo)
	return a, photo.Data
}

// registers keeps the number of somebody who is not registered here, twice.
func registers(t *testing.T, w *world, admin string) {
	t.Helper()
	for path, file := range map[string][]byte{
		"trainings": trainedBefore("2026-01-05"),
		"earlier-certificates": []byte("证书编号,姓名,证件号码,职业名称,等级,发证日期,发证机构\n" +
			"S000061000001253000001,未报名甲,11010519491231002X,保卫管理员,三级/高级工,2025-05-01,示例机构\n"),
	} {
		var verdicts []contract.ProfileVerdict
		w.call("POST", "/api/v1/"+path, admin, map[string]any{"dry": false, "data": file}).must(t, 200).into(t, &verdicts)
		if verdicts[0].Outcome != contract.ProfileAdded {
			t.Fatalf("%s: %+v", path, verdicts)
		}
	}
}

func fillSealed(t *testing.T, w *world) *sealedThings {
	t.Helper()
	revs, _ := banktest.Generate(10, 400)
	s, persons := w.sittingOf(revs, testBlueprint(), 1, nil)
	out := &sealedThings{person: persons[0], admin: w.member(people.Administrator), holder: w.member(people.CertificateOfficer)}
	_, out.recovery = w.enrolled(out.holder.token, nil)
	w.call("POST", "/api/v1/candidate/corrections", w.candidate(persons[0]), map[string]any{"about": "employer", "wish": "示例单位"}).must(t, 201)
	c, err := w.engine.registry.Issue(t.Context(), qualifiedPerson(&s, persons[0]), "test")
	if err != nil {
		t.Fatal(err)
	}
	out.number = c.Number
	out.apply(t, w, string(s.Blueprint.ID))
	registers(t, w, out.admin.token)
	out.photo = aPhoto(t, 60)
	path := "/api/v1/sittings/" + string(s.ID) + "/registrations/" + persons[0].registration + "/files"
	stored := w.upload(path, out.admin.token, "照片.jpg", out.photo, map[string]any{"kind": "portrait"}).file(t)
	out.file = stored.Id
	out.photo = w.call("GET", "/api/v1/files/"+stored.Id, out.admin.token, nil).must(t, 200).raw
	var list contract.FilingRegister
	w.call("GET", "/api/v1/filings", out.admin.token, nil).must(t, 200).into(t, &list)
	own := list.Filings[0]
	w.call("POST", "/api/v1/filings/own/steps", out.admin.token, map[string]any{
		"version": own.Version, "on": list.Today, "act": "change", "document": "示例 9 号",
		"subject": map[string]any{"name": own.Subject.Name, "code": "0000", "contact": aContact},
	}).must(t, 200)
	return out
}

// check opens everything, by a program that was started on the same data, and
// finds the person by the number.
func (k *sealedThings) check(t *testing.T, w *world) {
	t.Helper()
	ctx := t.Context()
	w.candidate(k.person) // by the keyed hash of the number
	c, err := w.engine.registry.Certificate(ctx, k.number)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := w.engine.registry.DocumentNumber(c); err != nil || n != k.person.number {
		t.Errorf("document number %q, %v", n, err)
	}
	all, err := w.engine.people.CandidatesByID(ctx, []people.CandidateID{c.Candidate})
	if err != nil {
		t.Fatal(err)
	}
	for id, p := range all {
		if n, err := w.engine.sealer.Open(p.IDSealed, string(id)); err != nil || n != k.person.number {
			t.Errorf("identity number %q, %v", n, err)
		}
	}
	if _, photo := k.application(t, w); len(photo) == 0 || !bytes.Equal(photo, k.portrait) {
		t.Errorf("the photograph of the application has %d bytes, it had %d", len(photo), len(k.portrait))
	}
	applied, err := mongostore.New(w.engine.stores.db).Enrolments().Application(ctx, k.applied.Id)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := w.engine.sealer.Open(applied.IDSealed, applied.ID); err != nil || n != rosterIdentity(77) {
		t.Errorf("the number of the application %q, %v", n, err)
	}
	if n, err := w.engine.sealer.Open(applied.Phone, enrol.PhoneContext(applied.ID)); err != nil || n == "" {
		t.Errorf("the telephone of the application %q, %v", n, err)
	}
	if n, err := w.engine.sealer.Open(applied.Names, enrol.NamesContext(applied.ID)); err != nil || n != "photo.jpg\x00学历.jpg" {
		t.Errorf("the names of the application's files %q, %v", n, err)
	}
	// A recovery code, kept as a keyed hash, is still good, and once.
	w.login(k.holder.login, memberPassword, k.recovery[k.signedFor]).must(t, 200)
	k.signedFor++
	if raw := w.call("GET", "/api/v1/files/"+k.file, k.adminToken(t, w), nil).must(t, 200).raw; !bytes.Equal(raw, k.photo) {
		t.Error("another photograph")
	}
	var own contract.OwnData
	w.call("GET", "/api/v1/candidate/data", w.candidate(k.person), nil).must(t, 200).into(t, &own)
	if len(own.Corrections) != 1 || own.Corrections[0].Wish != "示例单位" {
		t.Errorf("corrections %+v", own.Corrections)
	}
	var list contract.FilingRegister
	w.call("GET", "/api/v1/filings", k.adminToken(t, w), nil).must(t, 200).into(t, &list)
	if got := list.Filings[0].Subject.Contact; got == nil || *got != aContact {
		t.Errorf("contact %v", got)
	}
	f, err := w.engine.stores.db.Collection("filings").FindOne(ctx, bson.M{"_id": string(filing.Own)}).DecodeBytes()
	if err != nil || strings.Contains(f.String(), "029-0000") {
		t.Errorf("the contact stands in the database: %v", err)
	}
	found, err := w.engine.trail.Find(ctx, audit.Query{Object: "filing:own"}, 10)
	if err != nil || len(found) == 0 || strings.Contains(string(found[0].After), "029-0000") {
		t.Errorf("the contact stands in the record: %v", err)
	}
}

func (k *sealedThings) adminToken(t *testing.T, w *world) string {
	t.Helper()
	return w.token(w.login(k.admin.login, memberPassword, ""))
}

func TestKeysNew(t *testing.T) {
	t.Parallel()
	settings := embeddedSettings(t)
	if _, err := settings.secrets(); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	command := keysNewCommand{Stores: settings}
	if err := command.run(&out); err != nil {
		t.Fatal(err)
	}
	secrets, err := settings.secrets()
	if err != nil || len(secrets) != 2 || secrets[0].ID != "2" || secrets[1].ID != "1" {
		t.Fatalf("secrets: %d, %v", len(secrets), err)
	}
	if key := base64.StdEncoding.EncodeToString(secrets[0].Key); strings.Contains(out.String(), key) {
		t.Error("the secret is shown")
	}
	if err := (&keysRotateCommand{Stores: settings}).run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if err := (&keysStatusCommand{Stores: settings}).run(t.Context(), &out); err != nil || !strings.Contains(out.String(), "candidates\t0") {
		t.Errorf("status: %v\n%s", err, out.String())
	}
}
