package api

import (
	"context"
	"errors"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/batch"
	"gongyuan/engine/sitting"
)

// findings is what stands against issuing a certificate, in both languages.
var findings = map[string][2]string{
	"not-released":         {"成绩还没有公布", "results are not released"},
	"notice":               {"还在公示期内", "still on public notice"},
	"withheld":             {"成绩暂缓公布", "the result is withheld"},
	"changed":              {"成绩公布以后有变化，先公布新的一版", "the result changed since its release; release the new version first"},
	"unqualified":          {"总评不合格", "not qualified"},
	"incomplete":           {"还有项目没有成绩", "a component has no result yet"},
	batch.FoundGone:        {"不在本场次的名单上", "not on this sitting's roster"},
	batch.FoundName:        {"姓名等内容不能用于证书", "the name or another text cannot stand on a certificate"},
	batch.FoundDocument:    {"证件号无法读取或不对，请核对", "the document number cannot be read or is wrong"},
	batch.FoundUnprintable: {"姓名等内容印不出来（字库没有其中的字，或太长）", "the name or another text cannot be printed (a character is missing, or it is too long)"},
	batch.FoundPortrait:    {"没有照片", "no photograph"},
	batch.FoundSite:        {"本场次的站点没有登记六位站点序号，编号定不下来；先在备案里登记", "the sitting's site has no six digits registered, which the number needs; register them in its filing"},
	batch.FoundSealer:      {"试卷由一人封存；一人封卷的场次供演练，不能发证", "one person sealed the papers; such a sitting is for drills and yields no certificates"},
	batch.FoundIssued:      {"本次报名已有证书", "certified already for this registration"},
	batch.FoundElsewhere:   {"同一证件在导入的证书里已有同职业同等级的有效证书", "an imported certificate says that the same document has one of this occupation and level"},
	batch.FoundDuplicate:   {"同一证件已有同职业同等级的有效证书", "the same document has a valid certificate of this occupation and level"},
	batch.FoundTwice:       {"同一人在本批中出现两次", "the same person stands twice in this batch"},
	batch.FoundChanged:     {"确认以后情况有变化，没有发证，也没有占号", "something changed after the confirmation; nothing was issued and no number taken"},
}

func findingText(ctx context.Context, code string) string {
	texts, ok := findings[code]
	switch {
	case !ok:
		return code
	case callOf(ctx).lang == "en":
		return texts[1]
	}
	return texts[0]
}

// ListBatches lists batches, the newest first.
func (s *server) ListBatches(ctx context.Context, r contract.ListBatchesRequestObject) (contract.ListBatchesResponseObject, error) {
	var of sitting.ID
	if r.Params.Sitting != nil {
		of = sitting.ID(*r.Params.Sitting)
	}
	all, err := s.batches.List(ctx, staff(ctx), of)
	if err != nil {
		return nil, err
	}
	out := contract.ListBatches200JSONResponse{}
	for _, b := range all {
		row := contract.BatchSummary{
			Id: string(b.ID), State: contract.BatchState(b.State), Sittings: texts(b.Sittings), By: s.staffName(ctx, b.By), At: b.At,
		}
		for _, e := range b.Entries {
			if e.Excluded == "" {
				row.Entries++
			}
			if e.Number != "" {
				row.Issued++
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// texts are named strings as plain ones.
func texts[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, x := range all {
		out[i] = string(x)
	}
	return out
}

// TakeBatch takes in who qualified.
func (s *server) TakeBatch(ctx context.Context, r contract.TakeBatchRequestObject) (contract.TakeBatchResponseObject, error) {
	var sittings []sitting.ID
	for _, id := range r.Body.Sittings {
		sittings = append(sittings, sitting.ID(id))
	}
	var only []sitting.RegistrationID
	if r.Body.Registrations != nil {
		for _, id := range *r.Body.Registrations {
			only = append(only, sitting.RegistrationID(id))
		}
	}
	v, err := s.batches.Take(ctx, staff(ctx), sittings, only)
	if err != nil {
		return nil, err
	}
	return contract.TakeBatch201JSONResponse(s.wireBatch(ctx, &v)), nil
}

// GetBatch shows a batch as it stands.
func (s *server) GetBatch(ctx context.Context, r contract.GetBatchRequestObject) (contract.GetBatchResponseObject, error) {
	v, err := s.batches.View(ctx, staff(ctx), batch.ID(r.Batch))
	if err != nil {
		return nil, err
	}
	return contract.GetBatch200JSONResponse(s.wireBatch(ctx, &v)), nil
}

// ActOnBatch moves a batch on.
func (s *server) ActOnBatch(ctx context.Context, r contract.ActOnBatchRequestObject) (contract.ActOnBatchResponseObject, error) {
	id, by := batch.ID(r.Batch), staff(ctx)
	digest, reason := textOr(r.Body.Digest), textOr(r.Body.Reason)
	var v batch.View
	var err error
	switch r.Body.Act {
	case contract.ExcludeEntry, contract.IncludeEntry, contract.AcceptEntry, contract.UnacceptEntry:
		if r.Body.Version == nil {
			return nil, &batch.FieldError{Field: "/version", Reason: "required"}
		}
		word := batch.Word{
			Batch: id, Version: *r.Body.Version, Registration: sitting.RegistrationID(textOr(r.Body.Registration)), Reason: reason,
			Back: r.Body.Act == contract.IncludeEntry || r.Body.Act == contract.UnacceptEntry,
		}
		decide := s.batches.Exclude
		if r.Body.Act == contract.AcceptEntry || r.Body.Act == contract.UnacceptEntry {
			decide = s.batches.Accept
		}
		v, err = decide(ctx, by, word)
	case contract.ProposeBatch:
		v, err = s.batches.Propose(ctx, by, id, digest)
	case contract.ReturnBatch:
		v, err = s.batches.Return(ctx, by, id, reason)
	case contract.DropBatch:
		v, err = s.batches.Drop(ctx, by, id, reason)
	case contract.ApproveBatch:
		v, err = s.batches.Approve(ctx, by, id, digest)
	default:
		err = errors.New("api: an act that the contract does not have")
	}
	if err != nil {
		return nil, err
	}
	return contract.ActOnBatch200JSONResponse(s.wireBatch(ctx, &v)), nil
}

func (s *server) wireBatch(ctx context.Context, v *batch.View) contract.Batch {
	t := v.Tally
	out := contract.Batch{
		Id: string(v.ID), Version: v.Version, State: contract.BatchState(v.State), Sittings: texts(v.Sittings), Titles: []string{},
		By: s.staffName(ctx, v.By), At: v.At, Digest: v.Digest, Current: v.Current, Word: v.Word, Mine: v.Proposer == staff(ctx),
		Tally:   contract.BatchTally{Entries: t.Entries, Included: t.Included, Excluded: t.Excluded, Blocked: t.Blocked, Issued: t.Issued, Held: t.Held},
		Entries: make([]contract.BatchEntry, len(v.Checked)),
	}
	for _, id := range v.Sittings {
		title := string(id)
		if x, err := s.sittings.Sitting(ctx, id); err == nil {
			title = x.Title
		}
		out.Titles = append(out.Titles, title)
	}
	if v.Proposer != "" && v.Digest != "" {
		first := s.staffName(ctx, v.Proposer)
		out.Proposer, out.Signed = &first, instant(v.Signed)
	}
	if v.Second != "" {
		second := s.staffName(ctx, v.Second)
		out.Second, out.SecondAt = &second, instant(v.SecondAt)
	}
	if !v.Done.IsZero() {
		out.Done = instant(v.Done)
	}
	for i := range v.Checked {
		out.Entries[i] = wireEntry(ctx, &v.Checked[i])
	}
	return out
}

func instant(t time.Time) *time.Time { return &t }

func wireEntry(ctx context.Context, c *batch.Checked) contract.BatchEntry {
	e := contract.BatchEntry{
		Registration: string(c.Registration), Sitting: string(c.Sitting), Name: c.Name, DocumentMasked: c.Masked, LevelTitle: c.Level,
		Portrait: c.Portrait != "", Findings: []contract.BatchFinding{},
	}
	for _, f := range c.Findings {
		found := contract.BatchFinding{Code: f.Code, Text: findingText(ctx, f.Code), Blocking: f.Blocking}
		if f.Detail != "" {
			found.Detail = &f.Detail
		}
		e.Findings = append(e.Findings, found)
	}
	if c.Excluded != "" {
		e.Excluded = &c.Excluded
	}
	e.Faceless = textOrNone(c.Faceless)
	if c.Number != "" {
		number := string(c.Number)
		e.Number = &number
	}
	if c.Held != "" {
		held := findingText(ctx, c.Held)
		e.Held = &held
	}
	return e
}
