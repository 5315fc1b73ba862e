package earlier_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/earlier"
	"gongyuan/engine/intake"
	"gongyuan/engine/people"
)

// office is everything around an Office, in memory.
type office struct {
	kept   map[certificate.Number]earlier.Record
	events []audit.Event
}

func (o *office) Now() time.Time                { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }
func (o *office) Hash(s string) string          { return "hash " + s }
func (o *office) Seal(s, context string) []byte { return []byte(context + " " + s) }

func (o *office) Record(_ context.Context, e audit.Event) error {
	o.events = append(o.events, e)
	return nil
}

func (o *office) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	if id == "officer" {
		return people.Account{ID: id, Roles: []people.Role{people.CertificateOfficer}}, nil
	}
	if id == "limited" {
		return people.Account{ID: id, Roles: []people.Role{people.CertificateOfficer}, Levels: []int{3}}, nil
	}
	return people.Account{}, people.ErrNotFound
}

func (o *office) EarlierByNumber(context.Context, []certificate.Number) (map[certificate.Number]earlier.Record, error) {
	return o.kept, nil
}

func (o *office) EarlierByDocument(_ context.Context, hashes []string) (out []earlier.Record, _ error) {
	for _, r := range o.kept {
		if r.Holder.Hash == hashes[0] && r.Removal == nil {
			out = append(out, r)
		}
	}
	return out, nil
}

func (o *office) EarlierPage(context.Context, string, int, int) ([]earlier.Record, int, error) {
	return nil, len(o.kept), nil
}

func (o *office) PutEarlier(_ context.Context, r earlier.Record) (earlier.Record, error) {
	if o.kept[r.Number].Version != r.Version {
		return r, intake.ErrConflict
	}
	r.Version++
	o.kept[r.Number] = r
	return r, nil
}

const here = "S000061000000263000001"

func (o *office) ByNumber(_ context.Context, n certificate.Number) (certificate.Certificate, error) {
	if n == here {
		return certificate.Certificate{Number: n}, nil
	}
	return certificate.Certificate{}, certificate.ErrNotFound
}

func said(all []intake.Verdict) string {
	var b strings.Builder
	for _, v := range all {
		fmt.Fprintf(&b, "%d %s %s %s\n", v.Row, v.Outcome, v.Field, v.Reason)
	}
	return b.String()
}

func TestImport(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := &office{kept: map[certificate.Number]earlier.Record{}}
	x := earlier.NewOffice(o, o, intake.Desk{Accounts: o, Sealer: o, Audit: o, Clock: o})
	good := earlier.Row{Number: "Ｓ0000 61 000001 25 3 000001", Name: "示例甲", Document: "11010519491231002x", Occupation: "保卫管理员", Level: "三级/高级工", Date: "2025/5/1", Body: "示例机构"}
	edits := []func(*earlier.Row){
		func(*earlier.Row) {}, func(*earlier.Row) {}, func(r *earlier.Row) { r.Number = "12" }, func(r *earlier.Row) { r.Number = "S000099000001253000001" },
		func(r *earlier.Row) { r.Number = here }, func(r *earlier.Row) { r.Level = "二级" }, func(r *earlier.Row) { r.Document = "1101**********002X" },
		func(r *earlier.Row) { r.Number, r.DocumentType, r.Document = "1234567890123456", "护照", "e1234567" }, func(r *earlier.Row) { r.DocumentType = "学生证" },
		func(r *earlier.Row) { r.Date = "2026-11-24" }, func(r *earlier.Row) { r.State = "也许" }, func(r *earlier.Row) { r.Body = "" }, func(r *earlier.Row) { r.Level = "九级" },
	}
	rows := make([]earlier.Row, len(edits))
	for i, edit := range edits {
		rows[i] = good
		edit(&rows[i])
	}
	want := `1 added  
2 refused number twice
3 refused number number-shape
4 refused number number-position
5 refused number issued-here
6 refused level other-level-in-number
7 refused document identity
8 added  
9 refused documentType document-type
10 refused date in-the-future
11 refused state certificate-state
12 refused body length-2-80
13 refused level no-such-level
`
	verdicts, err := x.Judge(ctx, "officer", rows)
	if err != nil || said(verdicts) != want || len(o.kept)+len(o.events) > 0 {
		t.Fatalf("judged:\n%s%v", said(verdicts), err)
	}
	if verdicts, err = x.Import(ctx, "officer", rows); err != nil || said(verdicts) != want || len(o.kept) != 2 || len(o.events) != 2 {
		t.Fatalf("imported:\n%s%v", said(verdicts), err)
	}
	const number, document = "S000061000001253000001", "11010519491231002X"
	r := o.kept[number]
	if r.Date != "2025-05-01" || r.Direction != certificate.NoDirection || r.Holder.Masked != "1101**********002X" || string(r.Holder.Sealed) != earlier.SealContext(number)+" "+document {
		t.Errorf("kept %+v", r)
	}
	of, err := x.OfDocuments(ctx, []string{document})
	if err != nil || len(of[document]) != 1 || !of[document][0].Valid() {
		t.Errorf("of the document: %+v %v", of, err)
	}
	if verdicts, err = x.Import(ctx, "officer", rows[:1]); err != nil || said(verdicts) != "1 same  \n" {
		t.Errorf("again: %s%v", said(verdicts), err)
	}
	for _, c := range []struct {
		version int
		why     string
		want    error
	}{{1, "", intake.ErrInvalid}, {2, "误导入", intake.ErrConflict}, {1, "误导入", nil}, {2, "误导入", intake.ErrNotFound}} {
		if err := x.Remove(ctx, "officer", number, c.version, c.why); !errors.Is(err, c.want) {
			t.Errorf("remove %d %q: %v", c.version, c.why, err)
		}
	}
	if of, _ := x.OfDocuments(ctx, []string{document}); len(of) != 0 {
		t.Errorf("removed, and still there: %+v", of)
	}
	_, importing := x.Import(ctx, "examiner", rows)
	_, _, listing := x.List(ctx, "examiner", "", 0, 20)
	for _, err := range []error{importing, listing, x.Remove(ctx, "examiner", number, 2, "误导入")} {
		if !errors.Is(err, intake.ErrForbidden) {
			t.Errorf("somebody else: %v", err)
		}
	}
	if _, err := x.Judge(ctx, "limited", rows); !errors.Is(err, people.ErrOutside) {
		t.Errorf("who deals with one level only: %v", err)
	}
}
