package certificate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gongyuan/engine/certificate"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/people"
)

func TestLookup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	q := enginetest.Qualified("s", 1)
	q.Name, q.Document, q.DocumentNumber = "王甲", certificate.ResidentIdentity, "11010519491231002x"
	c, err := w.Issue(ctx, q, "staff-1")
	check(t, err)
	w.issue(t, 2)
	want := []certificate.Shown{{
		Number: c.Number, State: certificate.Valid, Name: "王＊", Document: "1101**********002X", Occupation: "保卫管理员", Direction: "--",
		Level: 3, LevelTitle: "三级/高级工", Body: "示例职业技能评价中心", Date: "2027-05-22",
	}}
	t.Run("OK by either number", func(t *testing.T) {
		t.Parallel()
		for _, ask := range []certificate.Query{
			{Number: string(c.Number), Name: "王甲"},
			{Number: " s0000 61 000001 27 3 000001", Name: "王　甲"},
			{Document: "11010519491231002X", Name: "王甲"},
			{Document: "１１０１０５19491231002x", Name: " 王甲 "},
		} {
			got, err := w.Lookup(ctx, ask)
			check(t, err)
			diff(t, "shown", got, want)
			if text := fmt.Sprintf("%+v", got); strings.Contains(text, "王甲") || strings.Contains(text, "19491231") {
				t.Errorf("something is not masked: %s", text)
			}
		}
	})
	t.Run("ErrNotFound is one answer", func(t *testing.T) {
		t.Parallel()
		for _, ask := range []certificate.Query{
			{Number: string(c.Number), Name: "王乙"},
			{Number: "S000061000001273000009", Name: "王甲"},
			{Document: "11010519491231002X", Name: "王乙"},
			{Document: "440524188001010014", Name: "王甲"},
		} {
			got, err := w.Lookup(ctx, ask)
			if err != certificate.ErrNotFound || got != nil { // the very same answer is the point
				t.Errorf("%+v: %v, %v", ask, got, err)
			}
		}
	})
	t.Run("Err what cannot be asked", func(t *testing.T) {
		t.Parallel()
		_, err := w.Lookup(ctx, certificate.Query{Number: "S00006100000127300000", Name: "王甲"})
		wantErr(t, "short", err, certificate.ErrNumber)
		for _, ask := range []certificate.Query{
			{Number: string(c.Number)}, {Name: "王甲"}, {Number: string(c.Number), Document: "11010519491231002X", Name: "王甲"},
		} {
			_, err := w.Lookup(ctx, ask)
			wantErr(t, "incomplete", err, certificate.ErrInvalid)
		}
	})
}

func TestLookupRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.issue(t, 1)
	_, err := w.Revoke(t.Context(), c.Number, "误发", "staff-1", "staff-2")
	check(t, err)
	for _, ask := range []certificate.Query{{Number: string(c.Number), Name: c.Name}, {Document: "E000000000001", Name: c.Name}} {
		got, err := w.Lookup(t.Context(), ask)
		check(t, err)
		diff(t, "shown", got, []certificate.Shown{{Number: c.Number, State: certificate.Revoked, RevokedOn: "2027-05-22", Reason: "误发"}})
	}
}

// TestExpiry is that a certificate counts to the end of its last day, and that
// its signed statement says so.
func TestExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sealer, err := people.NewSealer(enginetest.CertificateSecrets())
	check(t, err)
	r, err := certificate.NewRegistry(certificate.Deps{
		Records: w.store, Log: w.log, Keys: w.keys, Sealer: sealer, Clock: w.clock, Rule: enginetest.CertificateRule(), Body: "示例", Years: 3,
	})
	check(t, err)
	c, err := r.Issue(t.Context(), enginetest.Qualified("s", 1), "staff-1")
	check(t, err)
	diff(t, "last day", c.Expires, certificate.Date("2030-05-21"))
	s, err := certificate.VerifyStatement(c.Statement, r.JWKS())
	check(t, err)
	diff(t, "signed", s.Expires, c.Expires)
	for day, want := range map[string]certificate.State{"2030-05-21T15:59:59Z": certificate.Valid, "2030-05-21T16:00:00Z": certificate.Expired} {
		at, err := time.Parse(time.RFC3339, day)
		check(t, err)
		w.clock.Set(at)
		got, err := r.Lookup(t.Context(), certificate.Query{Number: string(c.Number), Name: c.Name})
		check(t, err)
		diff(t, day, got[0].State, want)
		diff(t, "told until when", got[0].Expires, c.Expires)
	}
	c, err = r.Revoke(t.Context(), c.Number, "误发", "staff-1", "staff-2")
	check(t, err)
	diff(t, "revoked comes first", c.Standing("2031-01-01"), certificate.Revoked)
}

func TestMaskName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"": "＊", "王": "＊", "王甲": "王＊", "欧阳某": "欧＊＊", "阿不都·热合曼": "阿＊＊", "Ann": "A＊＊"} {
		diff(t, name, certificate.MaskName(name), want)
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.issue(t, 1)
	document, err := w.DocumentNumber(c)
	check(t, err)
	got := certificate.Fields(c, certificate.Print{DocumentNumber: document, CheckAddress: "example.org/c/7K3M9QXA"})
	var lines []string
	for _, f := range got {
		if f.LabelZH == "" || f.LabelEN == "" {
			t.Errorf("%s has no label", f.Key)
		}
		lines = append(lines, string(f.Key)+" "+f.Value)
	}
	diff(t, "fields", lines, []string{
		"title 职业技能等级证书", "text 持证人通过本机构组织的职业技能等级认定，具备下列职业和等级的技能水平，特发此证。本机构对认定结果负责。",
		"name 示例1", "document 护照", "documentNumber E000000000001", "occupation 保卫管理员", "direction --", "photograph --",
		"level 三级/高级工", "number S000061000001273000001", "check example.org/c/7K3M9QXA", "lookup http://jndj.osta.org.cn",
		"bodyLookup http://pjjg.osta.org.cn", "body 示例职业技能评价中心", "date 2027年5月22日",
	})
	diff(t, "masked unless given", certificate.Fields(c, certificate.Print{})[4].Value, c.DocumentMasked)
	c, err = w.Revoke(t.Context(), c.Number, "误发", "staff-1", "staff-2")
	check(t, err)
	diff(t, "voided", certificate.Fields(c, certificate.Print{})[0], certificate.Field{
		Key: certificate.FieldVoided, LabelZH: "已作废", LabelEN: "Void since", Value: "2027年5月22日",
	})
}
