package enginetest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"gongyuan/engine/certificate"
	"gongyuan/engine/sitting"
)

// MemoryCertificates keeps certificates in maps. It passes the suite of every
// store, and is there for drills of a size at which the databases of the tests,
// which search without an index, would take days.
type MemoryCertificates struct {
	mu         sync.Mutex
	byNumber   map[certificate.Number]*certificate.Certificate
	bySerial   map[serialKey]certificate.Number
	byIntake   map[intakeKey]certificate.Number
	lastSerial map[certificate.Series]int
	acts       map[certificate.Number][]certificate.Act
	motions    map[certificate.Number][]certificate.Motion
	pending    map[certificate.Number]int // what has no leaf
	leaves     map[int64]certificate.Leaf
	leafByKey  map[string]int64
	lastLeaf   int64
	heads      map[int64]string
}

type serialKey struct {
	series certificate.Series
	serial int
}

type intakeKey struct {
	sitting      sitting.ID
	registration sitting.RegistrationID
}

var _ CertificateStore = (*MemoryCertificates)(nil)

// NewMemoryCertificates returns an empty store.
func NewMemoryCertificates() *MemoryCertificates {
	return &MemoryCertificates{
		byNumber: map[certificate.Number]*certificate.Certificate{}, bySerial: map[serialKey]certificate.Number{}, byIntake: map[intakeKey]certificate.Number{},
		lastSerial: map[certificate.Series]int{}, acts: map[certificate.Number][]certificate.Act{}, motions: map[certificate.Number][]certificate.Motion{},
		pending: map[certificate.Number]int{}, leaves: map[int64]certificate.Leaf{}, leafByKey: map[string]int64{}, lastLeaf: -1, heads: map[int64]string{},
	}
}

// Insert implements certificate.Store.
func (m *MemoryCertificates) Insert(_ context.Context, c certificate.Certificate) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	serial, intake := serialKey{c.Series, c.Serial}, intakeKey{c.Sitting, c.Registration}
	_, a := m.byNumber[c.Number]
	_, b := m.bySerial[serial]
	_, d := m.byIntake[intake]
	if a || b || d {
		return certificate.ErrTaken
	}
	m.byNumber[c.Number], m.bySerial[serial], m.byIntake[intake] = &c, c.Number, c.Number
	m.lastSerial[c.Series] = max(m.lastSerial[c.Series], c.Serial)
	if c.LogIndex == certificate.NotLogged {
		m.pending[c.Number]++
	}
	return nil
}

// LastSerial implements certificate.Store.
func (m *MemoryCertificates) LastSerial(_ context.Context, s certificate.Series, from int) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return max(m.lastSerial[s], from-1), nil
}

func (m *MemoryCertificates) whole(n certificate.Number) (certificate.Certificate, error) {
	c, ok := m.byNumber[n]
	if !ok {
		return certificate.Certificate{}, certificate.ErrNotFound
	}
	out := *c
	out.Acts = slices.Clone(m.acts[n])
	return out, nil
}

// ByNumber implements certificate.Store.
func (m *MemoryCertificates) ByNumber(_ context.Context, n certificate.Number) (certificate.Certificate, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.whole(n)
}

// ByIntake implements certificate.Store.
func (m *MemoryCertificates) ByIntake(_ context.Context, s sitting.ID, r sitting.RegistrationID) (certificate.Certificate, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.whole(m.byIntake[intakeKey{s, r}])
}

// InsertAct implements certificate.Store.
func (m *MemoryCertificates) InsertAct(_ context.Context, a certificate.Act) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.acts[a.Number]
	if slices.ContainsFunc(all, func(have certificate.Act) bool { return have.Seq == a.Seq }) {
		return certificate.ErrTaken
	}
	all = append(all, a)
	slices.SortFunc(all, func(a, b certificate.Act) int { return cmp.Compare(a.Seq, b.Seq) })
	m.acts[a.Number] = all
	if a.LogIndex == certificate.NotLogged {
		m.pending[a.Number]++
	}
	return nil
}

func (m *MemoryCertificates) where(is func(*certificate.Certificate) bool) []certificate.Certificate {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []certificate.Certificate
	for n, c := range m.byNumber {
		if is(c) {
			whole, _ := m.whole(n) // it is there
			out = append(out, whole)
		}
	}
	slices.SortFunc(out, func(a, b certificate.Certificate) int { return cmp.Compare(a.Number, b.Number) })
	return out
}

// ByPaper implements certificate.Finder.
func (m *MemoryCertificates) ByPaper(_ context.Context, n certificate.Number, nameKey string) ([]certificate.Certificate, error) {
	return m.where(func(c *certificate.Certificate) bool { return c.Number == n && c.NameKey == nameKey }), nil
}

// ByHolder implements certificate.Finder.
func (m *MemoryCertificates) ByHolder(_ context.Context, documentHash, nameKey string) ([]certificate.Certificate, error) {
	return m.where(func(c *certificate.Certificate) bool { return c.DocumentHash == documentHash && c.NameKey == nameKey }), nil
}

// ByDocuments implements certificate.Finder.
func (m *MemoryCertificates) ByDocuments(_ context.Context, hashes []string) ([]certificate.Certificate, error) {
	return m.where(func(c *certificate.Certificate) bool { return slices.Contains(hashes, c.DocumentHash) }), nil
}

// OfSitting implements certificate.Finder.
func (m *MemoryCertificates) OfSitting(_ context.Context, id sitting.ID) ([]certificate.Certificate, error) {
	return m.where(func(c *certificate.Certificate) bool { return c.Sitting == id }), nil
}

// SetLogged implements certificate.Pending.
func (m *MemoryCertificates) SetLogged(_ context.Context, n certificate.Number, seq int, index int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.byNumber[n]
	if !ok || seq > len(m.acts[n]) {
		return certificate.ErrNotFound
	}
	at := &c.LogIndex
	if seq > 0 {
		at = &m.acts[n][seq-1].LogIndex
	}
	if *at == certificate.NotLogged && index != certificate.NotLogged {
		if m.pending[n]--; m.pending[n] == 0 {
			delete(m.pending, n)
		}
	}
	*at = index
	return nil
}

// Unlogged implements certificate.Pending.
func (m *MemoryCertificates) Unlogged(_ context.Context, limit int) ([]certificate.Certificate, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	numbers := slices.Sorted(maps.Keys(m.pending))
	var out []certificate.Certificate
	for _, n := range numbers[:min(limit, len(numbers))] {
		c, _ := m.whole(n) // it is there
		out = append(out, c)
	}
	return out, nil
}

// InsertMotion implements certificate.Motions.
func (m *MemoryCertificates) InsertMotion(_ context.Context, x certificate.Motion) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.motions[x.Number]
	if slices.ContainsFunc(all, func(have certificate.Motion) bool { return have.Seq == x.Seq }) {
		return certificate.ErrTaken
	}
	m.motions[x.Number] = append(all, x)
	return nil
}

// ReplaceMotion implements certificate.Motions.
func (m *MemoryCertificates) ReplaceMotion(_ context.Context, x certificate.Motion) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, have := range m.motions[x.Number] {
		if have.Seq == x.Seq && have.Version == x.Version {
			x.Version++
			m.motions[x.Number][i] = x
			return nil
		}
	}
	return certificate.ErrTaken
}

// MotionsOf implements certificate.Motions.
func (m *MemoryCertificates) MotionsOf(_ context.Context, n certificate.Number) ([]certificate.Motion, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := append([]certificate.Motion{}, m.motions[n]...)
	slices.SortFunc(out, func(a, b certificate.Motion) int { return cmp.Compare(a.Seq, b.Seq) })
	return out, nil
}

// InsertLeaf implements certificate.Leaves.
func (m *MemoryCertificates) InsertLeaf(_ context.Context, l certificate.Leaf) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, a := m.leaves[l.Index]
	_, b := m.leafByKey[l.Key]
	if a || b {
		return certificate.ErrTaken
	}
	m.leaves[l.Index], m.leafByKey[l.Key], m.lastLeaf = l, l.Index, max(m.lastLeaf, l.Index)
	return nil
}

// LastLeaf implements certificate.Leaves.
func (m *MemoryCertificates) LastLeaf(_ context.Context, from int64) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return max(m.lastLeaf, from-1), nil
}

// LeafByKey implements certificate.Leaves.
func (m *MemoryCertificates) LeafByKey(_ context.Context, key string) (certificate.Leaf, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, ok := m.leafByKey[key]
	if !ok {
		return certificate.Leaf{}, certificate.ErrNotFound
	}
	return m.leaves[i], nil
}

// LeavesFrom implements certificate.Leaves.
func (m *MemoryCertificates) LeavesFrom(_ context.Context, from int64, limit int) ([]certificate.Leaf, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []certificate.Leaf
	for i := from; i <= m.lastLeaf && len(out) < limit; i++ {
		if l, ok := m.leaves[i]; ok {
			out = append(out, l)
		}
	}
	return out, nil
}

// InsertHead implements certificate.Heads.
func (m *MemoryCertificates) InsertHead(_ context.Context, size int64, signed string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, taken := m.heads[size]; taken {
		return certificate.ErrTaken
	}
	m.heads[size] = signed
	return nil
}

// LastHead implements certificate.Heads.
func (m *MemoryCertificates) LastHead(context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	last := int64(-1)
	for size := range m.heads {
		last = max(last, size)
	}
	return m.heads[last], nil
}

// Head implements certificate.Heads.
func (m *MemoryCertificates) Head(_ context.Context, size int64) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if text, ok := m.heads[size]; ok {
		return text, nil
	}
	return "", certificate.ErrNotFound
}
