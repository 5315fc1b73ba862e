package drill

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gongyuan/api/contract"
)

// office is the administrator's part of a drill.
type office struct {
	*session
	tune    *tuning
	sitting contract.Sitting
}

// registerBatch keeps one registration well under the server's time limit.
const registerBatch = 200

// seatsPerRoom is how many candidates share a made-up room.
const seatsPerRoom = 30

// signInPace is how many sign-ins from one address the drill reckons with in
// five minutes. The server decides; this is for the window of the sitting.
const signInPace = 300

// signInTime is how long so many candidates may take to sign in.
func signInTime(candidates int) time.Duration {
	return time.Duration(1+candidates/signInPace) * 5 * time.Minute
}

// ask sends one request as administrator, repeated where it fails in passing.
// Only requests that may be repeated go this way.
func (o *office) ask(ctx context.Context, in call, out any) error {
	if in.action == "" {
		in.action = actOffice
	}
	return o.tune.persist(ctx, o.tune.patience, func(ctx context.Context) error {
		_, err := o.session.call(ctx, in, out)
		return err
	})
}

// plan makes the sitting. It is not repeated: a second one would stay behind.
func (o *office) plan(ctx context.Context, cfg *Config) error {
	blueprint, err := o.blueprint(ctx, cfg.Blueprint)
	if err != nil {
		return err
	}
	now := o.now().UTC().Truncate(time.Second)
	sits := cfg.Ramp + cfg.Duration + 10*time.Minute
	closes := now.Add(2*signInTime(cfg.Candidates) + sits + time.Hour)
	if window := o.tune.trial.Window; window > 0 {
		closes = now.Add(window)
	}
	alone := true // made-up people: the drill has one account
	_, err = o.session.call(ctx, call{action: actOffice, method: http.MethodPost, path: "/api/v1/sittings", body: contract.SittingPlan{
		Title: fmt.Sprintf("演练 %s · %d 人", now.Format("2006-01-02 15:04:05Z"), cfg.Candidates), Level: cfg.Level, Blueprint: blueprint,
		Opens: now, Closes: closes,
		DurationMinutes: int((sits + time.Minute - 1) / time.Minute), Release: contract.SittingPlanReleaseAfterRelease, OneSealer: &alone,
	}}, &o.sitting)
	return err
}

// blueprint returns the one that is named, or the first that the bank fulfils.
func (o *office) blueprint(ctx context.Context, named string) (string, error) {
	if named != "" {
		return named, nil
	}
	var all []contract.Blueprint
	if err := o.ask(ctx, call{method: http.MethodGet, path: "/api/v1/blueprints"}, &all); err != nil {
		return "", err
	}
	for _, b := range all {
		var check contract.BlueprintCheck
		if err := o.ask(ctx, call{method: http.MethodGet, path: "/api/v1/blueprints/" + url.PathEscape(b.Id) + "/check"}, &check); err != nil {
			return "", err
		}
		if check.Feasible {
			return b.Id, nil
		}
	}
	return "", fmt.Errorf("drill: none of %d blueprints can be fulfilled by its bank", len(all))
}

// register admits everyone and returns their admission numbers. The numbers
// come from us, so that a batch whose reply was lost is known again.
func (o *office) register(ctx context.Context, people []person, progress func(done int)) ([]string, error) {
	mark := "YL" + strings.ToUpper(strconv.FormatInt(time.Now().UnixNano(), 36))
	admissions := make([]string, len(people))
	for first := 0; first < len(people); first += registerBatch {
		var in contract.RegisterRequest
		for i := first; i < min(first+registerBatch, len(people)); i++ {
			admissions[i] = fmt.Sprintf("%s-%04d", mark, i+1)
			in.Candidates = append(in.Candidates, contract.RegistrationEntry{
				Admission: &admissions[i], IdNumber: people[i].number, Name: people[i].name,
				Room: fmt.Sprintf("演练%03d", i/seatsPerRoom+1), Seat: fmt.Sprintf("%02d", i%seatsPerRoom+1),
			})
		}
		if err := o.registerOnce(ctx, in); err != nil {
			return nil, err
		}
		progress(first + len(in.Candidates))
	}
	return admissions, nil
}

// registerOnce registers one batch, and asks whether it is in where the
// connection failed.
func (o *office) registerOnce(ctx context.Context, in contract.RegisterRequest) error {
	_, err := o.session.call(ctx, call{action: actOffice, method: http.MethodPost, path: o.path("registrations"), body: in}, nil)
	if err == nil {
		return nil
	}
	if again, _ := passing(err); !again {
		return err
	}
	var listed []contract.Registration
	if err := o.ask(ctx, call{method: http.MethodGet, path: o.path("registrations")}, &listed); err != nil {
		return err
	}
	for _, r := range listed {
		if r.Admission == *in.Candidates[0].Admission {
			return nil // all or none
		}
	}
	return o.ask(ctx, call{method: http.MethodPost, path: o.path("registrations"), body: in}, nil)
}

func (o *office) path(what string) string {
	return "/api/v1/sittings/" + url.PathEscape(o.sitting.Id) + "/" + what
}

// whyOpen is the reason to open a sitting that is not ready.
const whyOpen = "演练，不是真实的考试"

// act moves the sitting on. An act that was done already is no error.
func (o *office) act(ctx context.Context, act contract.SittingActAct) error {
	return o.tune.persist(ctx, o.tune.patience, func(ctx context.Context) error {
		var now contract.Sitting
		path := "/api/v1/sittings/" + url.PathEscape(o.sitting.Id)
		if _, err := o.session.call(ctx, call{action: actOffice, method: http.MethodGet, path: path}, &now); err != nil {
			return err
		}
		body := contract.SittingAct{Act: act, Version: now.Version}
		if act == contract.SittingActActOpen {
			body.Reason = new(whyOpen) // nobody staffs the rooms of a drill
		}
		_, err := o.session.call(ctx, call{action: actOffice, method: http.MethodPost, path: o.path("acts"), body: body}, &now)
		if err == nil {
			o.sitting = now
		}
		return err
	})
}

// close ends the sitting, also when the drill was interrupted: none may stay
// open behind it.
func (o *office) close(ctx context.Context) error {
	if o.sitting.Id == "" {
		return nil
	}
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
	}
	err := o.act(ctx, contract.SittingActActClose)
	if refusedAs(err, "wrong-state") {
		return nil // never opened: a draft or sealed sitting lets nobody in
	}
	return err
}

// errNotMarked is a result that is not there yet.
var errNotMarked = errors.New("check: not marked yet")

// result returns what the server kept of one attempt, once it is there.
func (o *office) result(ctx context.Context, attempt string, patience time.Duration) (contract.ResultDetail, error) {
	var detail contract.ResultDetail
	err := o.tune.persist(ctx, patience, func(ctx context.Context) error {
		detail = contract.ResultDetail{}
		_, err := o.session.call(ctx, call{action: actCheck, method: http.MethodGet, path: o.path("results/" + url.PathEscape(attempt))}, &detail)
		if err == nil && detail.Receipt == nil {
			return errNotMarked
		}
		return err
	})
	return detail, err
}
