package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/editorial"
)

// warningTexts are the sentences of warnings, Chinese and English. {0} and {1}
// are their values.
var warningTexts = map[bank.WarningKind][2]string{
	bank.NoKey:          {"没有答案。", "There is no key."},
	bank.KeyBeyond:      {"答案 {0} 不在选项里。", "The key names {0}, which is no option."},
	bank.KeyCount:       {"这种题型的答案个数不对，现在是 {0} 个。", "{0} keys do not fit this type."},
	bank.NoStem:         {"没有题干。", "There is no stem."},
	bank.FewOptions:     {"选项少于两个。", "There are fewer than two options."},
	bank.OptionEmpty:    {"选项 {0} 是空的。", "Option {0} is empty."},
	bank.OptionsAlike:   {"选项 {0} 和 {1} 相同。", "Options {0} and {1} say the same."},
	bank.CodePoint:      {"题号中段是 {0}，与鉴定点 {1} 不一致。", "The code says {0}, the point is {1}."},
	bank.AllAbove:       {"选项 {0} 指其他选项，打乱后可能不在最后。请设为“固定在最后”。", "Option {0} speaks of the others but may be shuffled away from the end. Keep it last."},
	bank.KeyLongest:     {"答案 {0} 明显比其他选项长，容易被猜中。", "The key {0} is much longer than the others and easy to guess."},
	bank.AbsoluteWords:  {"“{0}”这样的绝对说法容易暴露答案。", "Absolute words such as “{0}” give answers away."},
	bank.NoQuestion:     {"题干里没有作答的位置，也没有提问。", "The stem asks nothing and has no place to answer."},
	bank.BlanksMismatch: {"题干有 {0} 个空，答案有 {1} 个。", "The stem has {0} blanks, the key {1}."},
	bank.NearDuplicate:  {"与 {0} 题干相近（{1}%），可能会抽到同一份卷里。", "The stem is near that of {0} ({1}%); both may stand on one paper."},
	bank.NearOtherKey:   {"与 {0} 题干相近（{1}%），答案不同。", "The stem is near that of {0} ({1}%), and the keys differ."},
	bank.LawNotInForce:  {"《{0}》已不适用：{1}。", "“{0}” is not in force: {1}."},
	bank.PictureSilent:  {"有 {0} 张图没有文字说明，看不到图的人无从知道。", "{0} pictures have no words for who cannot see them."},
}

// kindTexts name the kinds in a list, without values.
var kindTexts = map[bank.WarningKind][2]string{
	bank.NoKey: {"没有答案", "No key"}, bank.KeyBeyond: {"答案超出选项", "Key beyond the options"}, bank.KeyCount: {"答案个数不对", "Number of keys"},
	bank.NoStem: {"没有题干", "No stem"}, bank.FewOptions: {"选项太少", "Too few options"}, bank.OptionEmpty: {"空选项", "Empty option"},
	bank.OptionsAlike: {"选项相同", "Options alike"}, bank.CodePoint: {"题号与鉴定点不一致", "Code and point differ"},
	bank.AllAbove: {"“以上都…”会被打乱", "“All of the above” may be shuffled"}, bank.KeyLongest: {"答案是最长的选项", "The key is the longest option"},
	bank.AbsoluteWords: {"绝对说法", "Absolute words"}, bank.NoQuestion: {"题干没有提问", "Stem asks nothing"}, bank.BlanksMismatch: {"空与答案个数不同", "Blanks and keys differ"},
	bank.NearDuplicate: {"题干相近", "Near-duplicate stems"}, bank.NearOtherKey: {"题干相近而答案不同", "Near stems, different keys"},
	bank.LawNotInForce: {"法规已失效", "Law not in force"}, bank.PictureSilent: {"图没有文字说明", "Pictures without words"},
}

func inLanguage(texts [2]string, lang string) string {
	if lang == "en" {
		return texts[1]
	}
	return texts[0]
}

func warningText(w bank.Warning, lang string) string {
	text := inLanguage(warningTexts[w.Kind], lang)
	for i, v := range w.Values {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i), v)
	}
	return text
}

// warningPointer says at which field of a content a warning is shown.
func warningPointer(w bank.Warning) string {
	at := "/content"
	if w.Part > 0 {
		at += fmt.Sprintf("/parts/%d", w.Part-1)
	}
	switch w.Kind {
	case bank.NoKey, bank.KeyBeyond, bank.KeyCount, bank.BlanksMismatch:
		return at + "/key"
	case bank.FewOptions, bank.OptionEmpty, bank.OptionsAlike:
		return at + "/options"
	case bank.CodePoint:
		return "/content/point"
	}
	return at + "/stem"
}

func wireWarnings(all []bank.Warning, lang string) []contract.ItemWarning {
	out := []contract.ItemWarning{}
	for _, w := range all {
		wire := contract.ItemWarning{Kind: string(w.Kind), Fault: w.Kind.Fault(), Text: warningText(w, lang)}
		if w.Part > 0 {
			wire.Part = &w.Part
		}
		if (w.Kind == bank.NearDuplicate || w.Kind == bank.NearOtherKey) && len(w.Values) > 0 {
			wire.Other = &w.Values[0]
		}
		out = append(out, wire)
	}
	return out
}

// InspectBank tells what is odd about a bank.
func (s *server) InspectBank(ctx context.Context, r contract.InspectBankRequestObject) (contract.InspectBankResponseObject, error) {
	found, at, err := s.editorial.Check(ctx, bank.ID(r.Bank), or(r.Params.Again))
	if err != nil {
		return nil, err
	}
	lang, kind := callOf(ctx).lang, bank.WarningKind(or(r.Params.Kind))
	out := contract.InspectBank200JSONResponse{Items: found.Items, At: at}
	out.Counts, out.Found, out.Keys, out.Thin = []contract.WarningCount{}, []contract.InspectedItem{}, []contract.KeySpread{}, []contract.ThinPoint{}
	for k, n := range found.Counts {
		out.Counts = append(out.Counts, contract.WarningCount{Kind: string(k), Text: inLanguage(kindTexts[k], lang), Fault: k.Fault(), Count: n})
	}
	slices.SortFunc(out.Counts, func(a, b contract.WarningCount) int {
		if a.Fault != b.Fault {
			if a.Fault {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Kind, b.Kind)
	})
	limit := 20
	if r.Params.Limit != nil {
		limit = min(max(*r.Params.Limit, 1), 100)
	}
	for _, item := range found.Found {
		if kind != "" && !slices.ContainsFunc(item.Warnings, func(w bank.Warning) bool { return w.Kind == kind }) {
			continue
		}
		if out.Total++; out.Total > max(or(r.Params.Skip), 0) && len(out.Found) < limit {
			out.Found = append(out.Found, contract.InspectedItem{Code: item.Code, Stem: item.Stem, Warnings: wireWarnings(item.Warnings, lang)})
		}
	}
	for _, k := range found.Keys {
		out.Keys = append(out.Keys, contract.KeySpread{Type: contract.ItemType(k.Type), Counts: k.Counts, Uneven: k.Uneven})
	}
	for _, p := range found.Thin {
		out.Thin = append(out.Thin, contract.ThinPoint{Point: string(p.Point), Title: p.Title, Items: p.Items})
	}
	return out, nil
}

// ActOnItems does an act with many items.
func (s *server) ActOnItems(ctx context.Context, r contract.ActOnItemsRequestObject) (contract.ActOnItemsResponseObject, error) {
	req := editorial.BatchRequest{
		ID: r.Body.Id.String(), Bank: bank.ID(r.Bank), Act: editorial.BatchAct(r.Body.Act), Tag: or(r.Body.Tag), Note: or(r.Body.Note),
	}
	for _, code := range r.Body.Items {
		req.Items = append(req.Items, bank.NewItemID(req.Bank, code))
	}
	got, err := s.editorial.Batch(ctx, callOf(ctx).actor.Subject, req)
	return contract.ActOnItems200JSONResponse(wireBatch(ctx, got)), err
}

// UndoBatch takes an act on many items back.
func (s *server) UndoBatch(ctx context.Context, r contract.UndoBatchRequestObject) (contract.UndoBatchResponseObject, error) {
	got, err := s.editorial.Undo(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank), r.Batch)
	return contract.UndoBatch200JSONResponse(wireBatch(ctx, got)), err
}

func wireBatch(ctx context.Context, r editorial.BatchResult) contract.BatchResult {
	call := callOf(ctx)
	out := contract.BatchResult{Id: r.Batch.ID, Act: r.Batch.Act, Done: len(r.Batch.Changes), Undoable: r.Undoable}
	out.Refused = []contract.BatchRefusal{}
	for _, f := range r.Refused {
		p, _ := problemOf(f.Err, call.lang, call.requestID)
		why := p.Title
		if p.Errors != nil {
			for _, e := range *p.Errors {
				why += " " + e.Detail
			}
		}
		out.Refused = append(out.Refused, contract.BatchRefusal{Code: strings.TrimPrefix(string(f.Item), string(r.Batch.Bank)+"/"), Why: why})
	}
	return out
}

// ListFilters lists the caller's saved filters.
func (s *server) ListFilters(ctx context.Context, r contract.ListFiltersRequestObject) (contract.ListFiltersResponseObject, error) {
	list, err := s.editorial.Store.Filters(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank))
	out := contract.ListFilters200JSONResponse{}
	for _, f := range list {
		out = append(out, contract.SavedFilter{Name: f.Name, Query: f.Query})
	}
	return out, err
}

// SaveFilters replaces them.
func (s *server) SaveFilters(ctx context.Context, r contract.SaveFiltersRequestObject) (contract.SaveFiltersResponseObject, error) {
	var list []bank.SavedFilter
	for _, f := range r.Body.Filters {
		list = append(list, bank.SavedFilter{Name: f.Name, Query: f.Query})
	}
	return contract.SaveFilters204Response{}, s.editorial.SaveFilters(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank), list)
}

// ListLaws lists the names of laws that are not in force.
func (s *server) ListLaws(ctx context.Context, r contract.ListLawsRequestObject) (contract.ListLawsResponseObject, error) {
	list, err := s.editorial.Store.Laws(ctx, bank.ID(r.Bank))
	out := contract.ListLaws200JSONResponse{}
	for _, l := range list {
		out = append(out, contract.Law{Name: l.Name, Note: l.Note})
	}
	return out, err
}

// SaveLaws replaces that list.
func (s *server) SaveLaws(ctx context.Context, r contract.SaveLawsRequestObject) (contract.SaveLawsResponseObject, error) {
	var list []bank.Law
	for _, l := range r.Body.Laws {
		list = append(list, bank.Law{Name: l.Name, Note: l.Note})
	}
	return contract.SaveLaws204Response{}, s.editorial.SaveLaws(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank), list)
}
