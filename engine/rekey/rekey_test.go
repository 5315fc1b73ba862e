package rekey_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/rekey"
)

func secret(id string) people.Secret {
	return people.Secret{ID: id, Key: bytes.Repeat([]byte(id), 32)}
}

func sealer(t *testing.T, ids ...string) *people.Sealer {
	t.Helper()
	var secrets []people.Secret
	for _, id := range ids {
		secrets = append(secrets, secret(id))
	}
	s, err := people.NewSealer(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// shelf is texts in memory; busy is how often somebody is quicker.
type shelf struct {
	texts []rekey.Text
	busy  int
}

func (*shelf) Name() string { return "shelf" }

func (s *shelf) Texts(_ context.Context, after string, limit int) ([]rekey.Text, error) {
	var out []rekey.Text
	for _, t := range s.texts {
		if t.ID > after && len(out) < limit {
			out = append(out, t)
		}
	}
	return out, nil
}

func (s *shelf) Exchange(_ context.Context, was rekey.Text, sealed []byte) (bool, error) {
	if s.busy > 0 {
		s.busy--
		return false, nil
	}
	i := slices.IndexFunc(s.texts, func(t rekey.Text) bool { return t.ID == was.ID })
	s.texts[i].Sealed, s.texts[i].Plain = sealed, ""
	return true, nil
}

type recorder struct{ acts []string }

func (r *recorder) Record(_ context.Context, e audit.Event) error {
	r.acts = append(r.acts, e.Act)
	return nil
}

func filled(t *testing.T, n int) *shelf {
	t.Helper()
	old, s := sealer(t, "a"), &shelf{}
	for i := range n {
		id := fmt.Sprintf("%04d", i)
		s.texts = append(s.texts, rekey.Text{ID: id, Context: id, Sealed: old.Seal("text "+id, id)})
	}
	return s
}

func TestRotate(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, s *shelf) (rekey.Report, *recorder, error) {
		t.Helper()
		r := &recorder{}
		reports, err := rekey.Rotate(t.Context(), []rekey.Shelf{rekey.Of(s, sealer(t, "b", "a"))}, "b", r, func(rekey.Report) {})
		return reports[0], r, err
	}
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		s := filled(t, 250)
		s.texts[7].Sealed, s.texts[7].Plain = nil, "text 0007" // of before such texts were sealed
		r, acts, err := run(t, s)
		if err != nil || r.Resealed != 250 || !r.Done("b") || !slices.Equal(acts.acts, []string{"secret.rotate", "secret.rotate.finish"}) {
			t.Errorf("report %+v, recorded %v, %v", r, acts.acts, err)
		}
		alone := sealer(t, "b")
		for _, x := range s.texts {
			if text, err := alone.Open(x.Sealed, x.Context); err != nil || text != "text "+x.ID {
				t.Fatalf("%s opens as %q, %v", x.ID, text, err)
			}
		}
		if r, _, err = run(t, s); err != nil || r.Resealed != 0 || r.Total != 250 {
			t.Errorf("once more: %+v, %v", r, err)
		}
	})
	t.Run("OK changed meanwhile", func(t *testing.T) {
		t.Parallel()
		s := filled(t, 5)
		s.busy = 3
		if r, _, err := run(t, s); err != nil || r.Resealed != 5 || !r.Done("b") {
			t.Errorf("report %+v, %v", r, err)
		}
	})
	t.Run("OK broken off", func(t *testing.T) {
		t.Parallel()
		s := filled(t, 250)
		ctx, stop := context.WithCancel(t.Context())
		_, err := rekey.Rotate(ctx, []rekey.Shelf{rekey.Of(s, sealer(t, "b", "a"))}, "b", &recorder{}, func(rekey.Report) { stop() })
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("Rotate = %v", err)
		}
		if r, _, err := run(t, s); err != nil || r.Resealed != 150 || !r.Done("b") {
			t.Errorf("the run after it: %+v, %v", r, err)
		}
	})
	t.Run("ErrSealed", func(t *testing.T) {
		t.Parallel()
		s := filled(t, 5)
		s.texts[2].Sealed = sealer(t, "x").Seal("?", s.texts[2].ID)
		r, _, err := run(t, s)
		if err != nil || r.Resealed != 4 || r.Done("b") || !slices.Equal(r.Unreadable, []string{"0002"}) {
			t.Errorf("report %+v, %v", r, err)
		}
	})
}
