package drill

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gongyuan/api/contract"
)

// Errors of Run besides those of the configuration and of the installation.
var (
	// ErrBroken means that the installation broke a promise: the report lists
	// what was lost, doubled, or written where nothing may be written.
	ErrBroken = errors.New("drill: a promise was broken")
	// ErrUnfinished means that some candidates did not get to the end, so that
	// the drill proves nothing about them. The report says why.
	ErrUnfinished = errors.New("drill: not every candidate finished")
)

// run is one drill on its way.
type run struct {
	cfg        Config
	tune       *tuning
	client     *client
	meter      *meter
	office     *office
	progress   *progress
	watch      *watch
	candidates []*candidate
}

// Run holds a drill and returns its report, also beside an error where there
// is something to report. The report is written to cfg.JSON, cfg.HTML and
// cfg.Out before Run returns. Errors: ErrConfig before anything happened;
// ErrBroken; ErrUnfinished; else why the sitting could not be held. When ctx
// ends the drill stops and closes its sitting.
func Run(ctx context.Context, cfg Config) (Report, error) { return hold(ctx, cfg, pace) }

func hold(ctx context.Context, cfg Config, tune tuning) (Report, error) {
	base, err := cfg.check()
	if err != nil {
		return Report{}, err
	}
	if cfg.Seed == 0 {
		cfg.Seed = uint64(time.Now().UnixNano())
	}
	ctx, cancel := context.WithTimeout(ctx, 2*signInTime(cfg.Candidates)+cfg.Ramp+cfg.Duration+time.Hour)
	defer cancel()
	m := newMeter()
	c := newClient(base, cfg.Candidates, tune.timeout, m)
	defer c.http.CloseIdleConnections()
	r := &run{cfg: cfg, tune: &tune, client: c, meter: m, progress: newProgress(cfg.Out, m, cfg.Candidates), watch: newWatch(base, m.origin)}
	r.office = &office{tune: &tune, session: newSession(c, contract.AudienceStaff, "/api/v1/auth/login",
		cfg.signIn())}
	stop, look := r.progress.start(), r.watch.start()
	err = r.hold(ctx)
	stop()
	look()
	report := r.report()
	if err == nil {
		err = report.verdict()
	} else if report.Broken() {
		err = errors.Join(ErrBroken, err)
	}
	if report.Sitting == "" {
		return report, err // nothing was held, so there is nothing to report
	}
	return report, errors.Join(err, report.write(cfg))
}

// hold goes through the drill from the plan to the check.
func (r *run) hold(ctx context.Context) error {
	r.progress.say("准备 preparing")
	if err := r.tune.persist(ctx, r.tune.patience, r.office.begin); refusedAs(err, "code-needed") {
		return fmt.Errorf("%w: the administrator has a second factor: a code of it is needed", ErrConfig)
	} else if err != nil {
		return err
	}
	err := r.prepare(ctx)
	if err == nil {
		r.progress.say("登录 signing in")
		r.arrive(ctx)
		r.progress.say("考试 sitting")
		r.sit(ctx)
		r.progress.say("收卷 closing")
		err = ctx.Err()
	}
	if cerr := r.office.close(ctx); cerr != nil {
		err = errors.Join(err, fmt.Errorf("close: %w", cerr))
	}
	if err != nil {
		return err
	}
	r.progress.say("核对 checking")
	return r.check(ctx)
}

// prepare makes the sitting and opens it.
func (r *run) prepare(ctx context.Context) error {
	if err := r.office.plan(ctx, &r.cfg); err != nil {
		return err
	}
	people := roll(r.cfg.Seed, r.cfg.Candidates)
	admissions, err := r.office.register(ctx, people, func(done int) {
		r.progress.say(fmt.Sprintf("登记 registering %d", done))
	})
	if err != nil {
		return err
	}
	r.progress.say("封卷 sealing")
	if err := r.office.act(ctx, contract.SittingActActSeal); err != nil {
		return err
	}
	if err := r.office.act(ctx, contract.SittingActActOpen); err != nil {
		return err
	}
	for i, p := range people {
		r.candidates = append(r.candidates, newCandidate(&r.cfg, r.tune, r.client, i, p, admissions[i]))
	}
	return nil
}

// arrive signs everybody in. Who cannot sign in stays out.
func (r *run) arrive(ctx context.Context) {
	patience := signInTime(len(r.candidates))
	r.each(func(c *candidate) {
		if err := c.arrive(ctx, patience); err != nil {
			c.attempt = ""
			r.meter.unfinished(err)
		}
	})
}

// sit lets all who arrived enter within the ramp, answer, and hand in together.
func (r *run) sit(ctx context.Context) {
	defer r.beside(ctx)()
	start := time.Now()
	end := start.Add(r.cfg.Ramp + r.cfg.Duration)
	var wg sync.WaitGroup
	for _, c := range r.candidates {
		if c.attempt == "" {
			continue
		}
		enter := start.Add(time.Duration(c.rng.Float64() * float64(r.cfg.Ramp)))
		wg.Go(func() {
			if err := c.sit(ctx, enter, end); err != nil {
				r.meter.unfinished(err)
			}
		})
	}
	wg.Wait()
}

// each does something for every candidate, a few at once.
func (r *run) each(do func(*candidate)) {
	queue := make(chan *candidate)
	var wg sync.WaitGroup
	for range r.tune.workers {
		wg.Go(func() {
			for c := range queue {
				do(c)
			}
		})
	}
	for _, c := range r.candidates {
		queue <- c
	}
	close(queue)
	wg.Wait()
}
