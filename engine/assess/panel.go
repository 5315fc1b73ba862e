package assess

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// PanelID names the panel of one station of a component of a sitting. There is
// one of each.
type PanelID string

// PanelOf returns the name of the panel of a component's first station.
func PanelOf(s sitting.ID, k standard.Kind) PanelID { return PanelAt(s, k, 1) }

// PanelAt returns the name of the panel of a component's station.
func PanelAt(s sitting.ID, k standard.Kind, station int) PanelID {
	return PanelID(string(s) + ":" + StationName(k, station))
}

// DefaultSpread is the spread in hundredths above which scores go to the chair
// unless the panel says otherwise. It is a parameter, not a rule of a standard.
const DefaultSpread bank.Marks = 15 * 100

// PanelState is where a panel stands.
type PanelState string

// The states of a panel. Only an appointed one scores.
const (
	// Proposed waits for a second person, because somebody on it does not meet
	// a rule.
	Proposed  PanelState = "proposed"
	Appointed PanelState = "appointed"
	// Returned was not approved; it may be changed or withdrawn.
	Returned PanelState = "returned"
)

// PanelAct is something that administrators do to a panel.
type PanelAct string

// The acts.
const (
	ApprovePanel PanelAct = "approve"
	ReturnPanel  PanelAct = "return"
	// ProposePanel changes a panel so that a second person is needed,
	// AppointPanel so that none is.
	ProposePanel PanelAct = "propose"
	AppointPanel PanelAct = "appoint"
)

// panelMoves is the only place where a panel's state changes.
var panelMoves = map[PanelState]map[PanelAct]PanelState{
	"":        {ProposePanel: Proposed, AppointPanel: Appointed},
	Proposed:  {ProposePanel: Proposed, AppointPanel: Appointed, ApprovePanel: Appointed, ReturnPanel: Returned},
	Appointed: {ProposePanel: Proposed, AppointPanel: Appointed},
	Returned:  {ProposePanel: Proposed, AppointPanel: Appointed},
}

// Next returns the state that act leads to, or ErrState.
func (s PanelState) Next(act PanelAct) (PanelState, error) {
	if to, ok := panelMoves[s][act]; ok {
		return to, nil
	}
	return s, fmt.Errorf("%s a panel that is %s: %w", act, s, ErrState)
}

// Override is why a panel examines although it breaks rules, and who said so.
type Override struct {
	Why       string
	By        people.AccountID // who proposed it
	At        time.Time
	Second    people.AccountID // who approved or returned it, never By
	SecondWhy string
	SecondAt  time.Time
}

// Panel is who scores a station of a component of a sitting, and how.
type Panel struct {
	ID        PanelID
	Sitting   sitting.ID
	Level     standard.Level
	Kind      standard.Kind
	Station   int    // from 1
	Title     string // of the station, "" for none
	Weight    int    // percent of the component
	State     PanelState
	Version   int       // raised by each change, guards concurrent ones
	Begun     time.Time // when somebody first scored; from then on the panel stays
	Breaches  []Breach  // that were overridden, or that wait to be
	Override  *Override // nil where no rule is broken
	Sheet     SheetRef  // pinned
	Examiners []people.AccountID
	// Chair (考评组长) settles what the examiners do not agree on. It is one of
	// them or somebody else.
	Chair  people.AccountID
	Rule   Rule
	Spread bank.Marks // scores further apart than this go to the chair
	// Draw lists the candidates by draw number: the first has number 1.
	Draw      []sitting.RegistrationID
	Created   time.Time
	CreatedBy people.AccountID
}

// mostTitle is the longest title of a station, in characters.
const mostTitle = 40

// Check tells what is wrong with the panel, as a *FieldError. How many examiners
// it takes, and who may be one, is Fit's.
func (p *Panel) Check() error {
	n := len(p.Examiners)
	switch {
	case n == 0:
		return &FieldError{"/examiners", "required"}
	case p.Station < 1 || p.Station > MostStations:
		return &FieldError{"/station", "between-1-9"}
	case !within(p.Title, 0, mostTitle):
		return &FieldError{"/title", "length-0-40"}
	case p.Weight < 1 || p.Weight > fullWeight:
		return &FieldError{"/weight", "between-1-100"}
	case p.Chair == "":
		return &FieldError{"/chair", "missing"}
	case !p.Rule.Valid():
		return &FieldError{"/rule", "unknown"}
	case p.Rule == TrimmedMean && n < trimFrom:
		return &FieldError{"/rule", "trimmed-from-5"}
	case p.Spread < 0 || p.Spread > bank.FullMarks:
		return &FieldError{"/spread", "within-full-marks"}
	}
	for i, e := range p.Examiners {
		if e == "" {
			return &FieldError{fmt.Sprintf("/examiners/%d", i), "missing"}
		}
		if slices.Contains(p.Examiners[:i], e) {
			return &FieldError{fmt.Sprintf("/examiners/%d", i), "twice"}
		}
	}
	return nil
}

// Has tells whether the account is one of the examiners.
func (p *Panel) Has(a people.AccountID) bool { return slices.Contains(p.Examiners, a) }

// Registration returns who has the draw number.
func (p *Panel) Registration(draw int) (sitting.RegistrationID, bool) {
	if draw < 1 || draw > len(p.Draw) {
		return "", false
	}
	return p.Draw[draw-1], true
}

// Number returns the candidate's draw number, or 0.
func (p *Panel) Number(r sitting.RegistrationID) int { return slices.Index(p.Draw, r) + 1 }

// MayRead tells whether reader may read the examiner's score of a candidate:
// examiners their own always, examiners and chair all of them once the whole
// panel has signed. Scores are those of that candidate.
func (p *Panel) MayRead(reader, examiner people.AccountID, scores []Score) bool {
	if !p.Has(examiner) {
		return false
	}
	if reader == examiner {
		return true
	}
	return (p.Has(reader) || reader == p.Chair) && p.allLocked(scores)
}

func (p *Panel) allLocked(scores []Score) bool {
	locked := map[people.AccountID]bool{}
	for _, s := range scores {
		if s.State == Locked {
			locked[s.Examiner] = true
		}
	}
	return !slices.ContainsFunc(p.Examiners, func(e people.AccountID) bool { return !locked[e] })
}

// drawLabel keeps this use of a sitting's secret apart from every other.
const drawLabel = "gongyuan/assess/draw/1"

// DrawOrder puts the registrations of a sitting into the order of a component's
// draw numbers: by HMAC-SHA-256 under the sitting's secret over label, sitting,
// component and registration, each preceded by its length in eight bytes. The
// secret's digest is published when the sitting is sealed, before anybody knows
// an order, so the draw can be checked later. Neither names nor the order of
// registration enter it. Later stations have a draw of their own: StationName
// stands in the component's place, which for the first is the component.
func DrawOrder(secret []byte, s sitting.ID, k standard.Kind, station int, all []sitting.RegistrationID) []sitting.RegistrationID {
	type lot struct {
		registration sitting.RegistrationID
		value        []byte
	}
	lots := make([]lot, len(all))
	for i, r := range all {
		mac := hmac.New(sha256.New, secret)
		for _, field := range []string{drawLabel, string(s), StationName(k, station), string(r)} {
			var length [8]byte
			binary.BigEndian.PutUint64(length[:], uint64(len(field)))
			mac.Write(length[:])
			mac.Write([]byte(field))
		}
		lots[i] = lot{r, mac.Sum(nil)}
	}
	slices.SortFunc(lots, func(a, b lot) int {
		return cmp.Or(slices.Compare(a.value, b.value), cmp.Compare(a.registration, b.registration))
	})
	out := make([]sitting.RegistrationID, len(lots))
	for i, l := range lots {
		out[i] = l.registration
	}
	return out
}
