package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/256dpi/lungo"
	"github.com/google/uuid"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/bank/mongobank"
	"gongyuan/cmd/bench/figure"
	"gongyuan/engine/audit"
	"gongyuan/engine/compose"
	"gongyuan/engine/people"
)

// bankCalls is how often each thing is asked of the bank; the figure is the
// 99th of a hundred.
const bankCalls = 200

var errNoMongo = errors.New("GONGYUAN_TEST_MONGODB_URL is not set: run it by make bench")

// bankFigures are what an editor waits for at the server, on a bank of that many
// items over MongoDB's wire: B1 a page of the list, B2 a search, B3 the check
// of a blueprint while it is written, B4 the comparison of a new stem with all
// others.
func bankFigures(items int) measure {
	return func(ctx context.Context, _ func(string) bool, show func(figure.Figure)) error {
		return bankFiguresOf(ctx, items, show)
	}
}

func bankFiguresOf(ctx context.Context, items int, show func(figure.Figure)) (err error) {
	url := os.Getenv("GONGYUAN_TEST_MONGODB_URL")
	if url == "" {
		return errNoMongo
	}
	client, err := lungo.Connect(ctx, options.Client().ApplyURI(url).SetMaxPoolSize(12))
	if err != nil {
		return err
	}
	db := client.Database("bench_" + uuid.NewString()[:8])
	defer func() {
		last := context.WithoutCancel(ctx)
		err = errors.Join(err, db.Drop(last), client.Disconnect(last))
	}()
	store := mongobank.New(db)
	stems, took, err := fillBank(ctx, store, items)
	if err != nil {
		return err
	}
	b := bankBench{ctx: ctx, store: store, stems: stems, filled: took}
	b.desk = compose.NewDesk(compose.Deps{Store: store, Accounts: anyEditor{}, Audit: noRecord{}})
	return b.measure(show)
}

// fillBank imports the items, with stems out of words, as questions have them.
func fillBank(ctx context.Context, store *mongobank.Store, items int) ([]string, time.Duration, error) {
	if err := store.EnsureIndexes(ctx); err != nil {
		return nil, 0, err
	}
	revs, outline := banktest.Generate(1, items)
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	stems := make([]string, len(revs))
	for i := range revs {
		stems[i] = fmt.Sprintf("%s%s%s%s，%s应当%s（　　）。第 %d 条", pick("门卫", "值班员", "巡逻人员", "保卫干部", "监控员", "消防员"), pick("发现", "接到", "处置", "报告", "核查"),
			pick("可疑包裹", "燃气泄漏", "火灾隐患", "非法侵入", "设备故障", "人员拥挤", "停电事故"), pick("时", "后", "以前", "的过程中"),
			pick("首先", "依法", "按预案", "及时", "同时"), pick("上报领导", "疏散群众", "关闭阀门", "保护现场", "拨打报警电话", "登记备案"), rng.IntN(5000))
		revs[i].Stem = stems[i]
	}
	if err := store.SaveOutline(ctx, outline); err != nil {
		return nil, 0, err
	}
	start := time.Now()
	_, err := store.Import(ctx, revs, bank.ImportOptions{Bank: banktest.Bank, Author: "bench", Status: bank.Published, Now: start})
	return stems, time.Since(start), err
}

type bankBench struct {
	ctx    context.Context
	store  *mongobank.Store
	desk   *compose.Desk
	stems  []string
	filled time.Duration
	rng    *rand.Rand
}

func (b *bankBench) measure(show func(figure.Figure)) error {
	b.rng = rand.New(rand.NewPCG(3, 4))
	start := time.Now()
	if err := b.check(0); err != nil { // reads the bank once
		return err
	}
	cold := time.Since(start)
	plain, err := b.p99(func(n int) error {
		_, err := b.store.Head(b.ctx, bank.NewItemID(banktest.Bank, b.code(n)))
		if errors.Is(err, bank.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	beside := []figure.Calibration{{Name: "find-by-id-p99", Value: plain, Unit: "ms"}}
	for _, f := range []struct {
		id   string
		aim  float64
		note string
		call func(n int) error
	}{
		{"B1", 300, "a page of 20 of the list with filters and sorts, any page, p99 of 200", b.list},
		{"B2", 100, "a search of one to three words of Chinese, ranked, p99 of 200", b.search},
		{"B3", 300, fmt.Sprintf("the check of a blueprint with its forecast, every third one short of items, p99 of 200; the first, which reads the bank, took %s", cold.Round(time.Millisecond)), b.check},
		{"B4", 20, fmt.Sprintf("a new stem beside %d, p99 of 200; the import of these took %s", len(b.stems), b.filled.Round(100*time.Millisecond)), b.near},
	} {
		value, err := b.p99(f.call)
		if err != nil {
			return fmt.Errorf("%s: %w", f.id, err)
		}
		show(figure.Figure{ID: f.id, Value: value, Unit: "ms", Aim: figure.AtMost(f.aim), Calibrations: beside, Notes: []string{f.note}})
	}
	return nil
}

// p99 is in milliseconds.
func (b *bankBench) p99(call func(n int) error) (float64, error) {
	took := make([]float64, bankCalls)
	for n := range took {
		start := time.Now()
		if err := call(n); err != nil {
			return 0, err
		}
		took[n] = float64(time.Since(start).Microseconds()) / 1000
	}
	slices.Sort(took)
	return took[bankCalls*99/100], nil
}

func (b *bankBench) code(n int) string {
	return fmt.Sprintf("B-%s-A-A-%03d-001", bank.Letter(n%5), 1+n%20)
}

func (b *bankBench) list(n int) error {
	q := bank.ItemQuery{Bank: banktest.Bank, Limit: 20, Skip: 20 * b.rng.IntN(len(b.stems)/40), Sort: []bank.ItemSort{bank.ByCode, bank.ByChange, bank.ByDifficulty}[n%3]}
	if n%2 == 0 {
		q.Type, q.Range = bank.Single, bank.RangeCode(bank.Letter(n%5))
	}
	_, err := b.store.Items(b.ctx, q)
	return err
}

func (b *bankBench) search(n int) error {
	words := []string{"燃气泄漏", "疏散群众 门卫", "保护现场", "监控员 处置 上报领导", "报警电话", "关"}
	page, err := b.store.Items(b.ctx, bank.ItemQuery{Bank: banktest.Bank, Text: words[n%len(words)], Limit: 20})
	if err == nil && page.Total == 0 {
		err = errors.New("found nothing")
	}
	return err
}

func (b *bankBench) check(n int) error {
	bp := drawBlueprint()
	bp.Title, bp.Duration = "示例", 90*time.Minute
	bp.Exposure = 0
	bp.Sections[0].Count = 30 + n%20
	if n%3 == 2 {
		bp.Sections[2].Count = 600
	}
	r, err := b.desk.Check(b.ctx, "bench", bp, false)
	if err == nil && (r.Short != nil) != (n%3 == 2) {
		err = fmt.Errorf("the check of %d says %v", n, r.Short)
	}
	return err
}

func (b *bankBench) near(n int) error {
	found, err := b.store.Near(b.ctx, banktest.Bank, "", b.stems[(n*67)%len(b.stems)], 70, 5)
	if err == nil && len(found) == 0 {
		err = errors.New("found nothing near")
	}
	return err
}

type anyEditor struct{}

func (anyEditor) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	return people.Account{ID: id, Roles: []people.Role{people.Editor}}, nil
}

type noRecord struct{}

func (noRecord) Record(context.Context, audit.Event) error { return nil }
