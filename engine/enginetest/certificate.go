package enginetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// CertificateStore is all that certificates are kept in.
type CertificateStore interface {
	certificate.Records
	certificate.LogStore
}

// CertificateRule makes the numbers of tests: S0000 61 000001.
func CertificateRule() certificate.Rule {
	return certificate.Rule{Kind: certificate.SocialBody, Body: "0000", Province: "61", Site: "000001", Restart: certificate.PerLevelAndYear}
}

// CertificateSecrets are the master secrets of tests.
func CertificateSecrets() []people.Secret {
	return []people.Secret{{ID: "test", Key: bytes.Repeat([]byte{7}, 32)}}
}

// NewRegistry returns one copy of the registry over a store, with a log of its
// own over the same store.
func NewRegistry(t testing.TB, store CertificateStore, clock certificate.Clock) (*certificate.Registry, *certificate.Log) {
	t.Helper()
	keys, err := certificate.NewKeys(CertificateSecrets())
	check(t, err)
	sealer, err := people.NewSealer(CertificateSecrets())
	check(t, err)
	log := certificate.NewLog(store, keys, clock)
	r, err := certificate.NewRegistry(certificate.Deps{
		Records: store, Log: log, Keys: keys, Sealer: sealer, Clock: clock, Rule: CertificateRule(), Body: "示例职业技能评价中心",
	})
	check(t, err)
	return r, log
}

// Qualified returns the i-th person of a sitting who has passed.
func Qualified(s sitting.ID, i int) certificate.Qualified {
	return certificate.Qualified{
		Sitting: s, Registration: sitting.RegistrationID(fmt.Sprintf("%s-r%d", s, i)), Candidate: people.CandidateID(fmt.Sprintf("c%d", i)),
		Name: fmt.Sprintf("示例%d", i), Document: certificate.Passport, DocumentNumber: fmt.Sprintf("E%012d", i),
		Occupation: standard.Occupation{Code: "3-02-02-00", Name: "保卫管理员"}, Level: 3, LevelTitle: "三级/高级工",
	}
}

// RunCertificates is the suite that every store of certificates must pass.
// each runs a test on every kind of store, empty and with its indexes.
func RunCertificates(t *testing.T, each func(t *testing.T, test func(*testing.T, CertificateStore))) {
	for name, test := range map[string]func(*testing.T, CertificateStore){
		"Insert":    certificatesInsert,
		"Find":      certificatesFind,
		"Acts":      certificatesActs,
		"Motions":   certificatesMotions,
		"Documents": certificatesDocuments,
		"Pending":   certificatesPending,
		"Leaves":    certificatesLeaves,
		"Heads":     certificatesHeads,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, test)
		})
	}
}

// storedCertificate returns a certificate with something in each of its
// fields, as a store is given it.
func storedCertificate(serial int) certificate.Certificate {
	n, err := CertificateRule().Number(2027, 3, serial)
	if err != nil {
		panic(err) // the builder is called with serials of six digits
	}
	q := Qualified("sitting-1", serial)
	return certificate.Certificate{
		Number: n, Series: CertificateRule().Series(2027, 3), Serial: serial, Sitting: q.Sitting, Registration: q.Registration,
		Candidate: q.Candidate, Name: "王 甲", NameKey: "王甲", Document: q.Document, DocumentSealed: []byte{1, 2, 3}, DocumentHash: "h1",
		DocumentMasked: "E***", Occupation: q.Occupation, Direction: certificate.NoDirection, Level: 3, LevelTitle: q.LevelTitle,
		Body: "示例", Date: "2027-05-22", Expires: "2032-05-21", Template: 3, Issued: Start, By: "staff-1", Statement: "a.b.c", LogIndex: certificate.NotLogged,
	}
}

func storedAct(c certificate.Certificate, seq int, kind certificate.ActKind) certificate.Act {
	return certificate.Act{Number: c.Number, Seq: seq, Kind: kind, Reason: "原因", By: "staff-1", Second: "staff-2", At: Start, LogIndex: certificate.NotLogged}
}

func certificatesInsert(t *testing.T, x CertificateStore) {
	ctx, c := t.Context(), storedCertificate(1)
	last, err := x.LastSerial(ctx, c.Series, 1)
	check(t, err)
	diff(t, "no serial yet", last, 0)
	check(t, x.Insert(ctx, c))
	got, err := x.ByNumber(ctx, c.Number)
	check(t, err)
	diff(t, "certificate", got, c)

	number, serial, intake := storedCertificate(2), storedCertificate(3), storedCertificate(4)
	number.Number = c.Number
	serial.Serial = c.Serial
	intake.Registration = c.Registration
	wantErr(t, "its number", x.Insert(ctx, number), certificate.ErrTaken)
	wantErr(t, "its serial", x.Insert(ctx, serial), certificate.ErrTaken)
	wantErr(t, "its intake", x.Insert(ctx, intake), certificate.ErrTaken)
	check(t, x.Insert(ctx, storedCertificate(10)))
	check(t, x.Insert(ctx, storedCertificate(9)))
	other := storedCertificate(11)
	other.Series = "other"
	check(t, x.Insert(ctx, other))
	for from, want := range map[int]int{1: 10, 10: 10, 11: 10, 20: 19} {
		last, err = x.LastSerial(ctx, c.Series, from)
		check(t, err)
		diff(t, fmt.Sprint("last serial from ", from), last, want)
	}
}

func certificatesFind(t *testing.T, x CertificateStore) {
	ctx, one, two := t.Context(), storedCertificate(1), storedCertificate(2)
	for _, c := range []certificate.Certificate{two, one} {
		check(t, x.Insert(ctx, c))
	}
	act := storedAct(two, 1, certificate.Revoke)
	check(t, x.InsertAct(ctx, act))
	two.Acts = []certificate.Act{act}
	both := []certificate.Certificate{one, two}
	got, err := x.ByHolder(ctx, "h1", "王甲")
	check(t, err)
	diff(t, "by holder", got, both)
	got, err = x.OfSitting(ctx, "sitting-1")
	check(t, err)
	diff(t, "of the sitting", got, both)
	for what, pair := range map[string][2]string{"other name": {"h1", "王乙"}, "other document": {"h2", "王甲"}} {
		got, err = x.ByHolder(ctx, pair[0], pair[1])
		check(t, err)
		diff(t, what, len(got), 0)
	}
	got, err = x.ByPaper(ctx, two.Number, "王甲")
	check(t, err)
	diff(t, "by paper", got, []certificate.Certificate{two})
	for what, n := range map[string]certificate.Number{"other name": two.Number, "other number": storedCertificate(3).Number} {
		name := "王甲"
		if n == two.Number {
			name = "王乙"
		}
		got, err = x.ByPaper(ctx, n, name)
		check(t, err)
		diff(t, "by paper, "+what, len(got), 0)
	}
	c, err := x.ByIntake(ctx, two.Sitting, two.Registration)
	check(t, err)
	diff(t, "by intake", c, two)
	_, err = x.ByIntake(ctx, "sitting-2", two.Registration)
	wantErr(t, "other intake", err, certificate.ErrNotFound)
	_, err = x.ByNumber(ctx, storedCertificate(3).Number)
	wantErr(t, "no such number", err, certificate.ErrNotFound)
}

func certificatesActs(t *testing.T, x CertificateStore) {
	ctx, c := t.Context(), storedCertificate(1)
	check(t, x.Insert(ctx, c))
	for seq := range 11 {
		c.Acts = append(c.Acts, storedAct(c, seq+1, certificate.Reissue))
		check(t, x.InsertAct(ctx, c.Acts[seq]))
	}
	again := storedAct(c, 2, certificate.Revoke)
	wantErr(t, "the same seq", x.InsertAct(ctx, again), certificate.ErrTaken)
	got, err := x.ByNumber(ctx, c.Number)
	check(t, err)
	diff(t, "in order, the first stays", got, c)
}

func certificatesPending(t *testing.T, x CertificateStore) {
	ctx := t.Context()
	logged, open, acted := storedCertificate(1), storedCertificate(2), storedCertificate(3)
	for _, c := range []certificate.Certificate{logged, open, acted} {
		check(t, x.Insert(ctx, c))
	}
	for i, c := range []certificate.Certificate{logged, acted} {
		for range 2 {
			check(t, x.SetLogged(ctx, c.Number, 0, int64(i)))
		}
	}
	check(t, x.InsertAct(ctx, storedAct(acted, 1, certificate.Revoke)))
	numbers := func(limit int) []certificate.Number {
		got, err := x.Unlogged(ctx, limit)
		check(t, err)
		var out []certificate.Number
		for _, c := range got {
			out = append(out, c.Number)
		}
		return out
	}
	diff(t, "without a leaf", numbers(10), []certificate.Number{open.Number, acted.Number})
	diff(t, "one of them", len(numbers(1)), 1)
	check(t, x.SetLogged(ctx, acted.Number, 1, 7))
	diff(t, "the act has its leaf", numbers(10), []certificate.Number{open.Number})
	got, err := x.ByNumber(ctx, acted.Number)
	check(t, err)
	diff(t, "indexes", []int64{got.LogIndex, got.Acts[0].LogIndex}, []int64{1, 7})
	wantErr(t, "nothing there", x.SetLogged(ctx, acted.Number, 2, 8), certificate.ErrNotFound)
}

func certificatesLeaves(t *testing.T, x CertificateStore) {
	ctx := t.Context()
	last, err := x.LastLeaf(ctx, 0)
	check(t, err)
	diff(t, "empty", last, int64(-1))
	var want []certificate.Leaf
	for i := range int64(12) {
		want = append(want, certificate.Leaf{Index: i, Key: fmt.Sprintf("k%d", i), Data: fmt.Appendf(nil, "data %d\n", i)})
		check(t, x.InsertLeaf(ctx, want[i]))
	}
	wantErr(t, "index taken", x.InsertLeaf(ctx, certificate.Leaf{Index: 3, Key: "new"}), certificate.ErrTaken)
	wantErr(t, "key taken", x.InsertLeaf(ctx, certificate.Leaf{Index: 12, Key: "k3"}), certificate.ErrTaken)
	for from, want := range map[int64]int64{0: 11, 11: 11, 12: 11, 20: 19} {
		last, err = x.LastLeaf(ctx, from)
		check(t, err)
		diff(t, fmt.Sprint("last leaf from ", from), last, want)
	}
	got, err := x.LeavesFrom(ctx, 4, 5)
	check(t, err)
	diff(t, "a stretch", got, want[4:9])
	leaf, err := x.LeafByKey(ctx, "k10")
	check(t, err)
	diff(t, "by key", leaf, want[10])
	_, err = x.LeafByKey(ctx, "none")
	wantErr(t, "no such key", err, certificate.ErrNotFound)
}

func certificatesHeads(t *testing.T, x CertificateStore) {
	ctx := t.Context()
	got, err := x.LastHead(ctx)
	check(t, err)
	diff(t, "none", got, "")
	for _, size := range []int64{9, 0, 10} {
		check(t, x.InsertHead(ctx, size, fmt.Sprint("head ", size)))
	}
	wantErr(t, "size taken", x.InsertHead(ctx, 9, "other"), certificate.ErrTaken)
	got, err = x.LastHead(ctx)
	check(t, err)
	diff(t, "newest", got, "head 10")
	got, err = x.Head(ctx, 9)
	check(t, err)
	diff(t, "the first stays", got, "head 9")
	_, err = x.Head(ctx, 8)
	wantErr(t, "no such size", err, certificate.ErrNotFound)
}

// ErrInjected is what a failing store returns of its own.
var ErrInjected = errors.New("enginetest: injected failure")

// FailingCertificates is a store whose writes fail now and then: before they
// are done, or after, so that the caller cannot know.
type FailingCertificates struct {
	CertificateStore

	mu            sync.Mutex
	random        *rand.Rand
	percent       int // of writes that fail, half of them before
	before, after int
}

// NewFailingCertificates returns a store over x in which percent of all writes
// fail, by chance from seed.
func NewFailingCertificates(x CertificateStore, seed uint64, percent int) *FailingCertificates {
	return &FailingCertificates{CertificateStore: x, random: rand.New(rand.NewPCG(seed, 0)), percent: percent} // #nosec G404 -- what fails in a test, the same for the same seed
}

// Failures counts the failures so far: before the write, and after it.
func (f *FailingCertificates) Failures() (before, after int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.before, f.after
}

func (f *FailingCertificates) write(do func() error) error {
	f.mu.Lock()
	roll := f.random.IntN(200)
	f.mu.Unlock()
	if roll < f.percent {
		f.count(&f.before)
		return ErrInjected
	}
	err := do()
	if err == nil && roll < 2*f.percent {
		f.count(&f.after)
		return ErrInjected
	}
	return err
}

func (f *FailingCertificates) count(n *int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*n++
}

// Insert implements certificate.Store.
func (f *FailingCertificates) Insert(ctx context.Context, c certificate.Certificate) error {
	return f.write(func() error { return f.CertificateStore.Insert(ctx, c) })
}

// InsertAct implements certificate.Store.
func (f *FailingCertificates) InsertAct(ctx context.Context, a certificate.Act) error {
	return f.write(func() error { return f.CertificateStore.InsertAct(ctx, a) })
}

// InsertLeaf implements certificate.Leaves.
func (f *FailingCertificates) InsertLeaf(ctx context.Context, l certificate.Leaf) error {
	return f.write(func() error { return f.CertificateStore.InsertLeaf(ctx, l) })
}

// SetLogged implements certificate.Pending.
func (f *FailingCertificates) SetLogged(ctx context.Context, n certificate.Number, seq int, index int64) error {
	return f.write(func() error { return f.CertificateStore.SetLogged(ctx, n, seq, index) })
}
