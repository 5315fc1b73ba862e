package api

import (
	"errors"
	"fmt"
	"math"

	"gongyuan/api/contract"
	"gongyuan/engine/attempt"
	"gongyuan/engine/compose"
	"gongyuan/engine/editorial"
	"gongyuan/engine/evidence"
)

// describe adds to a problem what the page needs to go on.
func describe(p *contract.Problem, err error, lang string) {
	var refusal *attempt.Refusal
	if errors.As(err, &refusal) {
		if errors.Is(err, attempt.ErrGap) || errors.Is(err, attempt.ErrConflict) {
			n := int64(refusal.Expected)
			p.ExpectedSeq = &n
		}
		if errors.Is(err, attempt.ErrTakenOver) {
			p.Device = &refusal.Holder.DeviceLabel
		}
		if errors.Is(err, attempt.ErrLate) || errors.Is(err, attempt.ErrClosed) {
			p.LateKept = &refusal.SetAside
		}
	}
	var wait *waitError
	if errors.As(err, &wait) {
		s := int(math.Ceil(wait.after.Seconds()))
		p.RetryAfterSeconds = &s
	} else if p.Type == problemURN+"busy" {
		s := int(math.Ceil(comeBack().Seconds()))
		p.RetryAfterSeconds = &s
	}
	describeProof(p, err)
	describeQuestion(p, err)
	var unfit *unfitError
	if errors.As(err, &unfit) {
		p.Breaches = &unfit.breaches
	}
	var parts *evidence.PartsError
	if errors.As(err, &parts) {
		p.MissingParts = &parts.Missing
	}
	describeErrors(p, err, lang)
}

// describeErrors lists what is wrong, place by place: of several errors the
// fields of the request have the last word.
func describeErrors(p *contract.Problem, err error, lang string) {
	var odd *editorial.UnfitError
	if errors.As(err, &odd) {
		out := make([]contract.FieldError, len(odd.Warnings))
		for i, w := range odd.Warnings {
			out[i] = contract.FieldError{Pointer: warningPointer(w), Detail: warningText(w, lang)}
		}
		p.Errors = &out
	}
	var used *compose.InUseError
	if errors.As(err, &used) {
		out := make([]contract.FieldError, len(used.Points))
		for i, u := range used.Points {
			out[i] = contract.FieldError{Pointer: "/points/" + string(u.Point), Detail: fmt.Sprintf("%s：%d 题", u.Point, u.Items)}
			if lang == "en" {
				out[i].Detail = fmt.Sprintf("%s: %d items", u.Point, u.Items)
			}
		}
		p.Errors = &out
	}
	var held *editorial.UsedError
	if errors.As(err, &held) {
		p.Errors = heldErrors(held, lang)
	}
	if list := fieldsOf(err); len(list) > 0 {
		out := make([]contract.FieldError, len(list))
		for i, f := range list {
			out[i] = contract.FieldError{Pointer: f.Field, Detail: fieldText(f.Reason, lang)}
		}
		p.Errors = &out
	}
}
