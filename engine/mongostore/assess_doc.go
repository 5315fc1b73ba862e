package mongostore

import (
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

type sheetDoc struct {
	ID       string            `bson:"_id"` // name:version
	Name     string            `bson:"name"`
	Version  int               `bson:"version"`
	Level    int               `bson:"level"`
	Kind     string            `bson:"kind"`
	Title    string            `bson:"title"`
	Minutes  int               `bson:"minutes"`
	Sample   bool              `bson:"sample"`
	Vetoes   []sheetVetoDoc    `bson:"vetoes"`
	Sections []sheetSectionDoc `bson:"sections"`
	// Attachments came later than the first sheets, which have none.
	Attachments []sheetAttachmentDoc `bson:"attachments,omitempty"`
}

type sheetAttachmentDoc struct {
	ID       string `bson:"id"`
	Label    string `bson:"label"`
	Required bool   `bson:"required"`
}

type sheetVetoDoc struct {
	ID   string `bson:"id"`
	Text string `bson:"text"`
}

type sheetSectionDoc struct {
	Function string        `bson:"function"`
	Title    string        `bson:"title"`
	Rows     []sheetRowDoc `bson:"rows"`
}

type sheetRowDoc struct {
	ID         string              `bson:"id"`
	Text       string              `bson:"text"`
	Full       int64               `bson:"full"`
	Rule       string              `bson:"rule"`
	Deductions []sheetDeductionDoc `bson:"deductions"`
	Step       int64               `bson:"step,omitempty"`
}

type sheetDeductionDoc struct {
	ID    string `bson:"id"`
	Label string `bson:"label"`
	Marks int64  `bson:"marks"`
	Most  int    `bson:"most"`
}

func sheetDocOf(s assess.Sheet) sheetDoc {
	d := sheetDoc{
		ID: sheetKey(s.SheetRef), Name: string(s.ID), Version: s.Version, Level: int(s.Level), Kind: string(s.Kind),
		Title: s.Title, Minutes: s.Minutes, Sample: s.Sample,
	}
	for _, v := range s.Vetoes {
		d.Vetoes = append(d.Vetoes, sheetVetoDoc{string(v.ID), v.Text})
	}
	for _, section := range s.Sections {
		to := sheetSectionDoc{Function: section.Function, Title: section.Title}
		for _, r := range section.Rows {
			row := sheetRowDoc{ID: string(r.ID), Text: r.Text, Full: int64(r.Full), Rule: r.Rule, Step: int64(r.Step)}
			for _, x := range r.Deductions {
				row.Deductions = append(row.Deductions, sheetDeductionDoc{string(x.ID), x.Label, int64(x.Marks), x.Most})
			}
			to.Rows = append(to.Rows, row)
		}
		d.Sections = append(d.Sections, to)
	}
	for _, a := range s.Attachments {
		d.Attachments = append(d.Attachments, sheetAttachmentDoc{string(a.ID), a.Label, a.Required})
	}
	return d
}

func (d sheetDoc) sheet() assess.Sheet {
	s := assess.Sheet{
		SheetRef: assess.SheetRef{ID: assess.SheetID(d.Name), Version: d.Version}, Level: standard.Level(d.Level),
		Kind: standard.Kind(d.Kind), Title: d.Title, Minutes: d.Minutes, Sample: d.Sample,
	}
	for _, v := range d.Vetoes {
		s.Vetoes = append(s.Vetoes, assess.Veto{ID: assess.VetoID(v.ID), Text: v.Text})
	}
	for _, section := range d.Sections {
		to := assess.Section{Function: section.Function, Title: section.Title}
		for _, r := range section.Rows {
			row := assess.Row{ID: assess.RowID(r.ID), Text: r.Text, Full: bank.Marks(r.Full), Rule: r.Rule, Step: bank.Marks(r.Step)}
			for _, x := range r.Deductions {
				row.Deductions = append(row.Deductions, assess.Deduction{
					ID: assess.DeductionID(x.ID), Label: x.Label, Marks: bank.Marks(x.Marks), Most: x.Most,
				})
			}
			to.Rows = append(to.Rows, row)
		}
		s.Sections = append(s.Sections, to)
	}
	for _, a := range d.Attachments {
		s.Attachments = append(s.Attachments, assess.Attachment{ID: assess.AttachmentID(a.ID), Label: a.Label, Required: a.Required})
	}
	return s
}

type panelDoc struct {
	ID           string       `bson:"_id"` // sitting:station
	Sitting      string       `bson:"sitting"`
	Level        int          `bson:"level"`
	Kind         string       `bson:"kind"`
	Station      int          `bson:"station"` // 0 in documents from before there were stations
	Title        string       `bson:"title"`
	Weight       int          `bson:"weight"`
	State        string       `bson:"state"`
	Version      int          `bson:"version"`
	Begun        time.Time    `bson:"begun"`
	Breaches     []breachDoc  `bson:"breaches"`
	Override     *overrideDoc `bson:"override"`
	Sheet        string       `bson:"sheet"`
	SheetVersion int          `bson:"sheetVersion"`
	Examiners    []string     `bson:"examiners"`
	Chair        string       `bson:"chair"`
	Members      []string     `bson:"members"` // examiners and chair, for the index
	Rule         string       `bson:"rule"`
	Spread       int64        `bson:"spread"`
	Draw         []string     `bson:"draw"`
	Created      time.Time    `bson:"created"`
	CreatedBy    string       `bson:"createdBy"`
}

type breachDoc struct {
	Rule          string   `bson:"rule"`
	Examiner      string   `bson:"examiner"`
	Registrations []string `bson:"registrations"`
	Count         int      `bson:"count"`
	Limit         int      `bson:"limit"`
	Detail        string   `bson:"detail"`
}

type overrideDoc struct {
	Why       string    `bson:"why"`
	By        string    `bson:"by"`
	At        time.Time `bson:"at"`
	Second    string    `bson:"second"`
	SecondWhy string    `bson:"secondWhy"`
	SecondAt  time.Time `bson:"secondAt"`
}

func breachDocsOf(all []assess.Breach) []breachDoc {
	var out []breachDoc
	for _, b := range all {
		out = append(out, breachDoc{string(b.Rule), string(b.Examiner), texts(b.Registrations), b.Count, b.Limit, b.Detail})
	}
	return out
}

func breaches(docs []breachDoc) []assess.Breach {
	var out []assess.Breach
	for _, d := range docs {
		b := assess.Breach{Rule: assess.FitRule(d.Rule), Examiner: people.AccountID(d.Examiner), Count: d.Count, Limit: d.Limit, Detail: d.Detail}
		for _, r := range d.Registrations {
			b.Registrations = append(b.Registrations, sitting.RegistrationID(r))
		}
		out = append(out, b)
	}
	return out
}

func panelDocOf(p assess.Panel) panelDoc {
	d := panelDoc{
		ID: string(p.ID), Sitting: string(p.Sitting), Level: int(p.Level), Kind: string(p.Kind), Station: p.Station, Title: p.Title, Weight: p.Weight,
		State: string(p.State), Version: p.Version, Begun: p.Begun, Breaches: breachDocsOf(p.Breaches), Sheet: string(p.Sheet.ID),
		SheetVersion: p.Sheet.Version, Examiners: texts(p.Examiners), Chair: string(p.Chair), Members: texts(p.Examiners),
		Rule: string(p.Rule), Spread: int64(p.Spread), Draw: texts(p.Draw), Created: p.Created, CreatedBy: string(p.CreatedBy),
	}
	if o := p.Override; o != nil {
		d.Override = &overrideDoc{o.Why, string(o.By), o.At, string(o.Second), o.SecondWhy, o.SecondAt}
	}
	if !slices.Contains(d.Members, d.Chair) {
		d.Members = append(d.Members, d.Chair)
	}
	return d
}

func (d panelDoc) panel() assess.Panel {
	p := assess.Panel{
		ID: assess.PanelID(d.ID), Sitting: sitting.ID(d.Sitting), Level: standard.Level(d.Level), Kind: standard.Kind(d.Kind),
		Station: d.Station, Title: d.Title, Weight: d.Weight, State: assess.PanelState(d.State), Version: d.Version, Begun: d.Begun.UTC(),
		Breaches: breaches(d.Breaches),
		Sheet:    assess.SheetRef{ID: assess.SheetID(d.Sheet), Version: d.SheetVersion}, Chair: people.AccountID(d.Chair),
		Rule: assess.Rule(d.Rule), Spread: bank.Marks(d.Spread), Created: d.Created.UTC(), CreatedBy: people.AccountID(d.CreatedBy),
	}
	if d.Station == 0 {
		p.Station, p.Weight, p.State = 1, 100, assess.Appointed
	}
	if o := d.Override; o != nil {
		p.Override = &assess.Override{
			Why: o.Why, By: people.AccountID(o.By), At: o.At.UTC(), Second: people.AccountID(o.Second), SecondWhy: o.SecondWhy, SecondAt: o.SecondAt.UTC(),
		}
	}
	for _, e := range d.Examiners {
		p.Examiners = append(p.Examiners, people.AccountID(e))
	}
	for _, r := range d.Draw {
		p.Draw = append(p.Draw, sitting.RegistrationID(r))
	}
	return p
}

type scoreDoc struct {
	ID           string            `bson:"_id"` // panel:registration:examiner
	Panel        string            `bson:"panel"`
	Registration string            `bson:"registration"`
	Examiner     string            `bson:"examiner"`
	State        string            `bson:"state"`
	Rows         []scoreRowDoc     `bson:"rows"`
	Vetoes       []scoreFindingDoc `bson:"vetoes"`
	Elapsed      int               `bson:"elapsed"`
	Version      int               `bson:"version"`
	Saved        time.Time         `bson:"saved"`
	Locked       time.Time         `bson:"locked"`
}

type scoreRowDoc struct {
	Row        string         `bson:"row"`
	Touched    bool           `bson:"touched"`
	Deductions []scoreTimeDoc `bson:"deductions"`
	Other      int64          `bson:"other"`
	Note       string         `bson:"note"`
}

type scoreTimeDoc struct {
	Deduction string `bson:"deduction"`
	Times     int    `bson:"times"`
}

type scoreFindingDoc struct {
	Veto    string `bson:"veto"`
	Verdict string `bson:"verdict"`
	Fact    string `bson:"fact"`
}

func scoreDocOf(s assess.Score) scoreDoc {
	d := scoreDoc{
		ID: scoreKey(s.ScoreKey), Panel: string(s.Panel), Registration: string(s.Registration), Examiner: string(s.Examiner),
		State: string(s.State), Elapsed: s.Elapsed, Version: s.Version, Saved: s.Saved, Locked: s.Locked,
	}
	for _, r := range s.Rows {
		row := scoreRowDoc{Row: string(r.Row), Touched: r.Touched, Other: int64(r.Other), Note: r.Note}
		for _, c := range r.Deductions {
			row.Deductions = append(row.Deductions, scoreTimeDoc{string(c.Deduction), c.Times})
		}
		d.Rows = append(d.Rows, row)
	}
	for _, f := range s.Vetoes {
		d.Vetoes = append(d.Vetoes, scoreFindingDoc{string(f.Veto), string(f.Verdict), f.Fact})
	}
	return d
}

func (d scoreDoc) score() assess.Score {
	s := assess.Score{
		ScoreKey: assess.ScoreKey{
			Panel: assess.PanelID(d.Panel), Registration: sitting.RegistrationID(d.Registration), Examiner: people.AccountID(d.Examiner),
		},
		State: assess.ScoreState(d.State), Elapsed: d.Elapsed, Version: d.Version, Saved: d.Saved.UTC(), Locked: d.Locked.UTC(),
	}
	for _, r := range d.Rows {
		row := assess.RowScore{Row: assess.RowID(r.Row), Touched: r.Touched, Other: bank.Marks(r.Other), Note: r.Note}
		for _, c := range r.Deductions {
			row.Deductions = append(row.Deductions, assess.Counted{Deduction: assess.DeductionID(c.Deduction), Times: c.Times})
		}
		s.Rows = append(s.Rows, row)
	}
	for _, f := range d.Vetoes {
		s.Vetoes = append(s.Vetoes, assess.Finding{Veto: assess.VetoID(f.Veto), Verdict: assess.Verdict(f.Verdict), Fact: f.Fact})
	}
	return s
}

func (d decisionDoc) decision() assess.Decision {
	return assess.Decision{
		Panel: assess.PanelID(d.Panel), Registration: sitting.RegistrationID(d.Registration), Basis: d.Basis, Ruling: assess.Ruling(d.Ruling),
		Marks: bank.Marks(d.Marks), Why: d.Why, By: people.AccountID(d.By), At: d.At.UTC(),
	}
}

func (d absenceDoc) absence() assess.Absence {
	return assess.Absence{
		Panel: assess.PanelID(d.Panel), Registration: sitting.RegistrationID(d.Registration), Why: d.Why, By: people.AccountID(d.By), At: d.At.UTC(),
	}
}
