package draw

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"gongyuan/bank"
)

// DrawAll makes the papers of a sitting, one per request and in their order,
// and keeps the blueprint's exposure ceiling over all of them: an item stands
// on at most that percentage of the papers (the whole part, at least one).
//
// First every paper is drawn from its seed alone, as Draw does it, on as many
// goroutines as there are processors. Then the papers are gone through in the
// order of the requests; one that would use an item beyond the ceiling is
// drawn again from the same seed without the items that are used up, and if
// there is no such paper, items are traded with papers before it. The result
// depends on pool, blueprint and requests only. To audit a paper of a sitting
// with a ceiling, draw the sitting again.
//
// Progress, if given, is called with the number of finished papers, from one
// goroutine at a time, rising. An error is that of the first request that has
// one, or the context's.
func (pl *Plan) DrawAll(ctx context.Context, reqs []Request, progress func(done int)) ([]bank.Paper, error) {
	b := &batch{pl: pl, reqs: reqs, progress: progress}
	limited, papers, err := b.draw(ctx)
	if err != nil || !limited {
		return dropIf(papers, err), err
	}
	err = b.each(ctx, true, func(i int) error {
		papers[i] = pl.assemble(b.chosen[i], reqs[i].Seed)
		return nil
	})
	return dropIf(papers, err), err
}

// draw chooses the items of every paper. Where no ceiling binds, it writes the
// papers too, each as soon as it is chosen.
func (b *batch) draw(ctx context.Context) (limited bool, papers []bank.Paper, err error) {
	pl, reqs := b.pl, b.reqs
	if pl.blueprint.Exposure > 0 && len(reqs) > 0 {
		b.most = ceiling(len(reqs), pl.blueprint.Exposure)
		if short := pl.exposed(len(reqs), pl.blueprint.Exposure); short != nil {
			return false, nil, short
		}
	}
	b.chosen = make([][]int32, len(reqs))
	papers = make([]bank.Paper, len(reqs))
	limited = b.most > 0 && b.most < len(reqs)
	err = b.each(ctx, !limited, func(i int) error {
		items, cut := pl.choose(reqs[i], nil, nil)
		if items == nil {
			return pl.diagnose(nil, cut)
		}
		b.chosen[i] = items
		if !limited {
			papers[i] = pl.assemble(items, reqs[i].Seed)
		}
		return nil
	})
	if err == nil && limited {
		err = b.limit(ctx)
	}
	return limited, papers, err
}

// dropIf keeps a batch with holes from getting out.
func dropIf(papers []bank.Paper, err error) []bank.Paper {
	if err != nil {
		return nil
	}
	return papers
}

// batch is the papers of a sitting while they are made.
type batch struct {
	pl       *Plan
	reqs     []Request
	chosen   [][]int32
	progress func(done int)
	most     int    // papers on which an item may stand
	used     []int  // per item
	full     []bool // per item: it stands on that many
	avail    []int32
}

// each runs f for every request on all processors.
func (b *batch) each(ctx context.Context, report bool, f func(i int) error) error {
	var next, failed atomic.Int64
	failed.Store(int64(len(b.reqs)))
	errs := make([]error, len(b.reqs))
	var mu sync.Mutex
	done := 0
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(b.reqs)) {
		workers.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= failed.Load() || ctx.Err() != nil {
					return
				}
				if errs[i] = f(int(i)); errs[i] != nil {
					lower(&failed, i)
					continue
				}
				if report && b.progress != nil {
					mu.Lock()
					done++
					b.progress(done)
					mu.Unlock()
				}
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// lower sets the value to n if that is less. Requests before the lowest that
// failed are still finished, so that the first error is always the same one.
func lower(value *atomic.Int64, n int64) {
	for old := value.Load(); n < old; old = value.Load() {
		if value.CompareAndSwap(old, n) {
			return
		}
	}
}

// limit goes through the papers in order and keeps the ceiling.
func (b *batch) limit(ctx context.Context) error {
	b.used = make([]int, len(b.pl.items))
	b.full = make([]bool, len(b.pl.items))
	b.avail = make([]int32, len(b.pl.cells)*kinds)
	for row := range b.avail {
		b.avail[row] = b.pl.has(int32(row))
	}
	for k := range b.reqs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if b.spent(b.chosen[k]) {
			items, _ := b.pl.choose(b.reqs[k], b.full, b.avail)
			if items == nil && b.trade(k) {
				continue
			}
			if items == nil {
				// Another order of exchanges might do, so nothing is proved.
				short := b.pl.diagnose(b.full, true)
				short.Undecided = true
				return short
			}
			b.chosen[k] = items
		}
		for _, i := range b.chosen[k] {
			b.use(i, 1)
		}
	}
	return nil
}

func (b *batch) spent(items []int32) bool {
	return slices.ContainsFunc(items, func(i int32) bool { return b.full[i] })
}

// use counts an item up or down.
func (b *batch) use(i int32, by int) {
	b.used[i] += by
	if full := b.used[i] >= b.most; full != b.full[i] {
		b.full[i] = full
		b.avail[b.pl.items[i].row()] += int32(1 - 2*bool2int(full))
	}
}

// trade counts the items of paper k as used, after it has freed those that
// are used up: an earlier paper that has such an item takes another of the
// same cell for it, which if used up itself is freed in the same way. This is
// the augmenting path of matching theory (Berge, 1957). Items of paper k that
// are not used up are counted first, so that nobody takes the last use. It
// reports false when it finds no way.
func (b *batch) trade(k int) bool {
	b.chosen[k] = slices.Clone(b.chosen[k])
	slices.SortStableFunc(b.chosen[k], func(i, j int32) int {
		return cmp.Or(cmp.Compare(b.pl.items[i].cell, b.pl.items[j].cell), bool2int(b.full[i])-bool2int(b.full[j]))
	})
	var scarce []int
	for place, i := range b.chosen[k] {
		if b.full[i] {
			scarce = append(scarce, place)
		} else {
			b.use(i, 1)
		}
	}
	for _, place := range scarce {
		if b.full[b.chosen[k][place]] && !b.free(b.chosen[k][place], k) && !b.replace(k, place) {
			return false
		}
		b.use(b.chosen[k][place], 1)
	}
	return true
}

// step is one exchange: on that paper, the item at that place becomes to.
type step struct {
	paper, place int
	to           int32
	before       int // index of the step that this one makes room for, or -1
}

// free makes room for one more use of an item by a shortest chain of
// exchanges on the papers before k.
func (b *batch) free(item int32, k int) bool {
	steps := []step{}
	reached := map[int32]bool{item: true}
	queue := []struct {
		item   int32
		before int
	}{{item, -1}}
	for at := 0; at < len(queue); at++ {
		now := queue[at]
		from, to := b.pl.start[b.pl.items[now.item].cell*kinds], b.pl.start[(b.pl.items[now.item].cell+1)*kinds]
		for j := k - 1; j >= 0; j-- {
			place := slices.Index(b.chosen[j], now.item)
			if place < 0 {
				continue
			}
			for other := from; other < to; other++ {
				if reached[other] || !b.may(j, place, other) {
					continue
				}
				reached[other] = true
				steps = append(steps, step{j, place, other, now.before})
				if !b.full[other] {
					return b.apply(steps)
				}
				queue = append(queue, struct {
					item   int32
					before int
				}{other, len(steps) - 1})
			}
		}
	}
	return false
}

// apply carries out a chain from its end, where there is room.
func (b *batch) apply(steps []step) bool {
	for at := len(steps) - 1; at >= 0; at = steps[at].before {
		s := steps[at]
		old := b.chosen[s.paper][s.place]
		if !b.may(s.paper, s.place, s.to) {
			return false
		}
		b.use(old, -1)
		b.chosen[s.paper] = slices.Clone(b.chosen[s.paper])
		b.chosen[s.paper][s.place] = s.to
		b.use(s.to, 1)
	}
	return true
}

// replace puts an item with room in the place of one that is used up.
func (b *batch) replace(k, place int) bool {
	c := b.pl.items[b.chosen[k][place]].cell
	for other := b.pl.start[c*kinds]; other < b.pl.start[(c+1)*kinds]; other++ {
		if !b.full[other] && b.may(k, place, other) {
			b.chosen[k] = slices.Clone(b.chosen[k])
			b.chosen[k][place] = other
			return true
		}
	}
	return false
}

// may tells whether a paper stays lawful, no further from its mix and without
// one more met item, when one of its items is exchanged.
func (b *batch) may(paper, place int, to int32) bool {
	chosen := b.chosen[paper]
	if slices.Contains(chosen, to) {
		return false
	}
	was, is := &b.pl.items[chosen[place]], &b.pl.items[to]
	held := int16(0)
	score := b.pl.cells[is.cell].value[is.difficulty]
	for at, i := range chosen {
		if at == place {
			continue
		}
		it := &b.pl.items[i]
		held += int16(bool2int(it.point == is.point))
		score += b.pl.cells[it.cell].value[it.difficulty]
	}
	if held >= b.pl.cap || abs(score-b.pl.target) > band || b.pl.mixed && was.difficulty != is.difficulty {
		return false
	}
	if b.pl.blueprint.AvoidMet && b.reqs[paper].Met[b.pl.pool.items[is.pool].id] {
		return false
	}
	return !slices.ContainsFunc(is.excludes, func(o int32) bool {
		at := slices.Index(chosen, o)
		return at >= 0 && at != place
	})
}
