package mongostore

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// attemptDoc is a document of `attempts`. Durations are in milliseconds.
type attemptDoc struct {
	ID              string       `bson:"_id"`
	Sitting         string       `bson:"sitting"`
	Registration    string       `bson:"registration"`
	Candidate       string       `bson:"candidate"`
	Number          int          `bson:"number"`
	Round           int          `bson:"round"`
	Slots           int          `bson:"slots"`
	State           string       `bson:"state"`
	Started         time.Time    `bson:"started,omitempty"`
	Allowance       allowanceDoc `bson:"allowance"`
	Deadline        time.Time    `bson:"deadline,omitempty"`
	DeadlineVersion int          `bson:"deadlineVersion"`
	Lease           leaseDoc     `bson:"lease"`
	Closes          time.Time    `bson:"closes,omitempty"`
	Closing         closingDoc   `bson:"closing"`
	Answered        int          `bson:"answered"`
	Marked          bool         `bson:"marked"`
	Created         time.Time    `bson:"created,omitempty"`
}

type allowanceDoc struct {
	Start     time.Time  `bson:"start,omitempty"`
	Duration  int64      `bson:"duration"`
	Closes    time.Time  `bson:"closes,omitempty"`
	Extra     int64      `bson:"extra"`
	Extension int64      `bson:"extension"`
	Pauses    []pauseDoc `bson:"pauses,omitempty"`
}

type pauseDoc struct {
	From  time.Time `bson:"from"`
	Until time.Time `bson:"until,omitempty"`
}

type leaseDoc struct {
	Epoch       int       `bson:"epoch"`
	DeviceID    string    `bson:"deviceId"`
	DeviceLabel string    `bson:"deviceLabel"`
	Since       time.Time `bson:"since,omitempty"`
}

type closingDoc struct {
	Manner string    `bson:"manner,omitempty"`
	At     time.Time `bson:"at,omitempty"`
	By     string    `bson:"by,omitempty"`
	Reason string    `bson:"reason,omitempty"`
}

// entryDoc is a document of `entries`: one lease. Its _id "attempt:epoch" is
// inserted once, and so is, with the first, the start.
type entryDoc struct {
	ID        string       `bson:"_id"`
	Attempt   string       `bson:"attempt"`
	Nonce     string       `bson:"nonce"` // tells whose insert it was
	Lease     leaseDoc     `bson:"lease"`
	Allowance allowanceDoc `bson:"allowance"` // of the first lease only
	Deadline  time.Time    `bson:"deadline,omitempty"`
}

// submissionDoc is a document of `submissions`; _id is "submission:attempt", and
// "submission:attempt:round" from the second round on.
type submissionDoc struct {
	ID          string      `bson:"_id"`
	Attempt     string      `bson:"attempt"`
	Round       int         `bson:"round"`
	Sitting     string      `bson:"sitting"`
	Candidate   string      `bson:"candidate"`
	SubmittedAt time.Time   `bson:"submittedAt"`
	Manner      string      `bson:"manner"`
	By          string      `bson:"by,omitempty"`
	Reason      string      `bson:"reason,omitempty"`
	Answers     []answerDoc `bson:"answers"`
	Answered    int         `bson:"answered"`
	Total       int         `bson:"total"`
	Operations  int         `bson:"operations"`
	Epoch       int         `bson:"epoch"`
	LastSeq     int         `bson:"lastSeq"`
	Digest      string      `bson:"digest"`
}

type answerDoc struct {
	Slot     int    `bson:"slot"`
	Response string `bson:"response"`
	Flagged  bool   `bson:"flagged"`
}

// sealedDoc is a document of `papers`; _id is the attempt. The paper is one
// value: it is only ever read whole, and as one value it costs a store that
// copies documents, or looks into them, next to nothing.
type sealedDoc struct {
	ID    string `bson:"_id"`
	Paper []byte `bson:"paper"` // a paperDoc
}

type paperDoc struct {
	Blueprint string       `bson:"blueprint"`
	Bank      string       `bson:"bank"`
	Seed      string       `bson:"seed"`
	Sections  []sectionDoc `bson:"sections"`
	Slots     []slotDoc    `bson:"slots"`
}

type sectionDoc struct {
	Type   string `bson:"type"`
	Count  int    `bson:"count"`
	Points int64  `bson:"points"` // hundredths
	Rule   string `bson:"rule,omitempty"`
}

type slotDoc struct {
	Number   int      `bson:"number"`
	Section  int      `bson:"section"`
	Item     string   `bson:"item"`
	Revision int      `bson:"revision"`
	Part     int      `bson:"part"`
	Points   int64    `bson:"points"` // hundredths
	Order    []string `bson:"order,omitempty"`
}

func attemptToDoc(r attempt.Record) attemptDoc {
	return attemptDoc{
		ID: string(r.ID), Sitting: string(r.Sitting), Registration: string(r.Registration),
		Candidate: string(r.Candidate), Number: r.Number, Round: r.Round, Slots: r.Slots, State: string(r.State),
		Started: r.Started, Allowance: allowanceToDoc(r.Allowance), Deadline: r.Deadline,
		DeadlineVersion: r.DeadlineVersion, Lease: leaseToDoc(r.Lease), Closes: r.Closes,
		Closing: closingToDoc(r.Closing), Answered: r.Answered, Marked: r.Marked, Created: r.Created,
	}
}

func (d attemptDoc) record() attempt.Record {
	return attempt.Record{
		ID: attempt.AttemptID(d.ID), Sitting: sitting.ID(d.Sitting),
		Registration: sitting.RegistrationID(d.Registration), Candidate: people.CandidateID(d.Candidate),
		Number: d.Number, Round: d.Round, Slots: d.Slots, State: attempt.State(d.State), Started: utc(d.Started),
		Allowance: d.Allowance.allowance(), Deadline: utc(d.Deadline), DeadlineVersion: d.DeadlineVersion,
		Lease: d.Lease.lease(), Closes: utc(d.Closes), Closing: d.Closing.closing(), Answered: d.Answered,
		Marked: d.Marked, Created: utc(d.Created),
	}
}

func allowanceToDoc(a sitting.Allowance) allowanceDoc {
	d := allowanceDoc{
		Start: a.Start, Duration: a.Duration.Milliseconds(), Closes: a.Closes,
		Extra: a.Extra.Milliseconds(), Extension: a.Extension.Milliseconds(),
	}
	for _, p := range a.Pauses {
		d.Pauses = append(d.Pauses, pauseDoc{From: p.From, Until: p.Until})
	}
	return d
}

func (d allowanceDoc) allowance() sitting.Allowance {
	ms := func(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
	a := sitting.Allowance{
		Start: utc(d.Start), Duration: ms(d.Duration), Closes: utc(d.Closes),
		Extra: ms(d.Extra), Extension: ms(d.Extension),
	}
	for _, p := range d.Pauses {
		a.Pauses = append(a.Pauses, sitting.Pause{From: utc(p.From), Until: utc(p.Until)})
	}
	return a
}

func leaseToDoc(l attempt.Lease) leaseDoc {
	return leaseDoc{Epoch: l.Epoch, DeviceID: l.DeviceID, DeviceLabel: l.DeviceLabel, Since: l.Since}
}

func (d leaseDoc) lease() attempt.Lease {
	return attempt.Lease{Epoch: d.Epoch, DeviceID: d.DeviceID, DeviceLabel: d.DeviceLabel, Since: utc(d.Since)}
}

func closingToDoc(c attempt.Closing) closingDoc {
	return closingDoc{Manner: string(c.Manner), At: c.At, By: string(c.By), Reason: c.Reason}
}

func (d closingDoc) closing() attempt.Closing {
	return attempt.Closing{
		Manner: attempt.Manner(d.Manner), At: utc(d.At), By: people.AccountID(d.By), Reason: d.Reason,
	}
}

func submissionToDoc(s attempt.Submission) submissionDoc {
	d := submissionDoc{
		ID: submissionID(s.Attempt, s.Round), Attempt: string(s.Attempt), Round: s.Round, Sitting: string(s.Sitting),
		Candidate: string(s.Candidate), SubmittedAt: s.SubmittedAt, Manner: string(s.Manner),
		By: string(s.By), Reason: s.Reason, Answers: []answerDoc{}, Answered: s.Answered, Total: s.Total,
		Operations: s.Operations, Epoch: s.Epoch, LastSeq: s.LastSeq, Digest: s.Digest,
	}
	for slot, a := range s.Answers {
		d.Answers = append(d.Answers, answerDoc{Slot: slot, Response: a.Response, Flagged: a.Flagged})
	}
	slices.SortFunc(d.Answers, func(a, b answerDoc) int { return cmp.Compare(a.Slot, b.Slot) })
	return d
}

func (d submissionDoc) submission() attempt.Submission {
	s := attempt.Submission{
		Attempt: attempt.AttemptID(d.Attempt), Round: d.Round, Sitting: sitting.ID(d.Sitting),
		Candidate: people.CandidateID(d.Candidate), SubmittedAt: utc(d.SubmittedAt),
		Manner: attempt.Manner(d.Manner), By: people.AccountID(d.By), Reason: d.Reason,
		Answers: make(map[int]attempt.Answer, len(d.Answers)), Answered: d.Answered, Total: d.Total,
		Operations: d.Operations, Epoch: d.Epoch, LastSeq: d.LastSeq, Digest: d.Digest,
	}
	for _, a := range d.Answers {
		s.Answers[a.Slot] = attempt.Answer{Response: a.Response, Flagged: a.Flagged}
	}
	return s
}

func sealedToDoc(id attempt.AttemptID, p bank.Paper) (sealedDoc, error) {
	packed, err := bson.Marshal(paperToDoc(p))
	if err != nil {
		return sealedDoc{}, fmt.Errorf("mongostore: paper of %s: %w", id, err)
	}
	return sealedDoc{ID: string(id), Paper: packed}, nil
}

func (d sealedDoc) paper() (bank.Paper, error) {
	var p paperDoc
	if err := bson.Unmarshal(d.Paper, &p); err != nil {
		return bank.Paper{}, fmt.Errorf("mongostore: paper of %s: %w", d.ID, err)
	}
	return p.paper(), nil
}

func paperToDoc(p bank.Paper) paperDoc {
	d := paperDoc{Blueprint: p.Blueprint, Bank: string(p.Bank), Seed: p.Seed}
	for _, s := range p.Sections {
		d.Sections = append(d.Sections, sectionDoc{
			Type: string(s.Type), Count: s.Count, Points: int64(s.Points), Rule: string(s.Rule),
		})
	}
	for _, s := range p.Slots {
		slot := slotDoc{
			Number: s.Number, Section: s.Section, Item: string(s.Ref.Item), Revision: s.Ref.Revision,
			Part: s.Ref.Part, Points: int64(s.Points),
		}
		for _, o := range s.Order {
			slot.Order = append(slot.Order, string(o))
		}
		d.Slots = append(d.Slots, slot)
	}
	return d
}

func (d paperDoc) paper() bank.Paper {
	p := bank.Paper{Blueprint: d.Blueprint, Bank: bank.ID(d.Bank), Seed: d.Seed}
	for _, s := range d.Sections {
		p.Sections = append(p.Sections, bank.Section{
			Type: bank.Type(s.Type), Count: s.Count, Points: bank.Marks(s.Points), Rule: bank.MultipleRule(s.Rule),
		})
	}
	for _, s := range d.Slots {
		slot := bank.Slot{
			Number: s.Number, Section: s.Section, Points: bank.Marks(s.Points),
			Ref: bank.Ref{Item: bank.ItemID(s.Item), Revision: s.Revision, Part: s.Part},
		}
		for _, o := range s.Order {
			slot.Order = append(slot.Order, bank.OptionID(o))
		}
		p.Slots = append(p.Slots, slot)
	}
	return p
}

// utc gives a time read from BSON the location that the engine uses.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
