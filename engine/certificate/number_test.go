package certificate_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/certificate"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/standard"
)

func TestNumber(t *testing.T) {
	t.Parallel()
	t.Run("OK the provincial example", func(t *testing.T) {
		t.Parallel()
		n, err := enginetest.CertificateRule().Number(2024, 3, 1)
		check(t, err)
		diff(t, "number", n, certificate.Number("S000061000001243000001"))
		parts, err := n.Parse()
		check(t, err)
		diff(t, "parts", parts, certificate.Parts{Kind: "S", Body: "0000", Province: "61", Site: "000001", Year: 24, Level: 3, Serial: 1})
		diff(t, "groups", n.Groups(), []string{"S", "0000", "61", "000001", "24", "3", "000001"})
	})
	t.Run("OK an employer filed nationally", func(t *testing.T) {
		t.Parallel()
		parts, err := certificate.Number("Y000123000002195000001").Parse()
		check(t, err)
		diff(t, "parts", parts, certificate.Parts{Kind: "Y", Body: "0001", Province: "23", Site: "000002", Year: 19, Level: 5, Serial: 1})
	})
	t.Run("OK what people type", func(t *testing.T) {
		t.Parallel()
		got := certificate.NormalNumber(" ｓ 0000 61\u200b000001　２４3 000001\n")
		diff(t, "number", got, certificate.Number("S000061000001243000001"))
	})
	t.Run("OK every serial comes back", func(t *testing.T) {
		t.Parallel()
		for serial := 1; serial <= certificate.LastSerial; serial += 997 {
			for level := standard.Level(1); level <= 5; level++ {
				n, err := enginetest.CertificateRule().Number(2000+serial%100, level, serial)
				check(t, err)
				p, err := n.Parse()
				check(t, err)
				if p.Serial != serial || p.Level != level || p.Year != serial%100 || len(n) != 22 {
					t.Fatalf("%s is read as %+v", n, p)
				}
			}
		}
	})
}

func TestNumberRefused(t *testing.T) {
	t.Parallel()
	t.Run("ErrNumber says where and why", func(t *testing.T) {
		t.Parallel()
		for text, want := range map[string]certificate.NumberError{
			"":                        {Position: 0, Reason: "length-0-of-22"},
			"S00006100000124300000":   {Position: 0, Reason: "length-21-of-22"},
			"S0000610000012430000011": {Position: 0, Reason: "length-23-of-22"},
			"s000061000001243000001":  {Position: 1, Reason: "kind-Y-or-S"},
			"X000061000001243000001":  {Position: 1, Reason: "kind-Y-or-S"},
			"ST00061000001243000001":  {Position: 2, Reason: "digit"},
			"S000099000001243000001":  {Position: 6, Reason: "province"},
			"S000061００0001243000001":  {Position: 8, Reason: "digit"},
			"S0000610000012x3000001":  {Position: 15, Reason: "digit"},
			"S000061000001240000001":  {Position: 16, Reason: "level-1-5"},
			"S000061000001246000001":  {Position: 16, Reason: "level-1-5"},
			"S000061000001243000000":  {Position: 17, Reason: "serial-from-000001"},
			"S00006100000124300000O":  {Position: 22, Reason: "digit"},
		} {
			_, err := certificate.Number(text).Parse()
			var got *certificate.NumberError
			if !errors.As(err, &got) || *got != want || !errors.Is(err, certificate.ErrNumber) {
				t.Errorf("Parse(%q) = %v, want %v", text, err, &want)
			}
		}
	})
	t.Run("ErrFull and parts that do not fit", func(t *testing.T) {
		t.Parallel()
		r := enginetest.CertificateRule()
		_, err := r.Number(2024, 3, 1_000_000)
		wantErr(t, "over six digits", err, certificate.ErrFull)
		for _, serial := range []int{0, -1} {
			_, err = r.Number(2024, 3, serial)
			wantErr(t, "serial", err, certificate.ErrNumber)
		}
		_, err = r.Number(2024, 6, 1)
		wantErr(t, "level", err, certificate.ErrNumber)
	})
}

func TestRule(t *testing.T) {
	t.Parallel()
	r := enginetest.CertificateRule()
	diff(t, "per level", r.Series(2026, 3) == r.Series(2026, 2), false)
	diff(t, "per year", r.Series(2026, 3) == r.Series(2027, 3), false)
	r.Restart = certificate.PerYear
	diff(t, "levels share a run", r.Series(2026, 3), r.Series(2026, 2))
	check(t, r.Check())
	for field, change := range map[string]func(*certificate.Rule){
		"/kind":     func(r *certificate.Rule) { r.Kind = "T" },
		"/body":     func(r *certificate.Rule) { r.Body = "1" },
		"/province": func(r *certificate.Rule) { r.Province = "99" },
		"/site":     func(r *certificate.Rule) { r.Site = "00000a" },
		"/restart":  func(r *certificate.Rule) { r.Restart = "" },
	} {
		bad := r
		change(&bad)
		var got *certificate.FieldError
		if err := bad.Check(); !errors.As(err, &got) || got.Field != field {
			t.Errorf("Check without %s: %v", field, err)
		}
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t testing.TB, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got error %v, want %v", what, got, want)
	}
}

func diff(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}
