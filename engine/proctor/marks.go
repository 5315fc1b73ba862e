package proctor

import (
	"time"

	"gongyuan/engine/sitting"
)

// Log is all that was done and asked for at a sitting.
type Log struct {
	Acts  []Act // oldest first
	Calls []Call
	Reads []Read
	Signs []Sign
}

// Marks says what the log says of each seat. Seats of which it says nothing are
// left out.
func (l *Log) Marks(seats []Seat) map[sitting.RegistrationID]Marks {
	out := map[sitting.RegistrationID]Marks{}
	read := map[string]bool{}
	for _, r := range l.Reads {
		read[r.Act+":"+string(r.Registration)] = true
	}
	for i := range l.Acts {
		a := &l.Acts[i]
		for k := range seats {
			if s := &seats[k]; a.Reaches(s) {
				if m, says := a.mark(out[s.Registration], read[a.ID+":"+string(s.Registration)]); says {
					out[s.Registration] = m
				}
			}
		}
	}
	for _, c := range l.Calls {
		if c.State != Done {
			m := out[c.Registration]
			m.Help++
			if c.State == Taken {
				m.Taken++
			}
			out[c.Registration] = m
		}
	}
	for _, s := range l.Signs {
		m := out[s.Registration]
		if m.Signals == nil {
			m.Signals = map[Signal]int{}
		}
		m.Signals[s.Signal]++
		out[s.Registration] = m
	}
	return out
}

// mark is what a seat's marks are after an act, and whether it says anything.
func (a *Act) mark(m Marks, read bool) (Marks, bool) {
	switch a.Kind {
	case CheckIn:
		m.SignedIn, m.Absent = a.At, false
	case MarkGone:
		m.SignedIn, m.Absent = time.Time{}, true
	case Undo:
		m.SignedIn, m.Absent = time.Time{}, false
	case Warn:
		m.Warned++
	case Expel:
		m.Expelled = true
	case Lock, Unlock:
		m.Locked = a.Kind == Lock
	}
	if shown[a.Kind] && !read {
		m.Unread++
	}
	return m, !scopes[a.Kind] || shown[a.Kind]
}

// Notices are what the candidate of a seat is to read or has read, oldest first.
func (l *Log) Notices(s *Seat) []Notice {
	at := map[string]time.Time{}
	for _, r := range l.Reads {
		if r.Registration == s.Registration {
			at[r.Act] = r.At
		}
	}
	var out []Notice
	for i := range l.Acts {
		if a := &l.Acts[i]; shown[a.Kind] && a.Reaches(s) {
			out = append(out, Notice{Act: a.ID, Kind: a.Kind, Text: a.Text, At: a.At, Read: at[a.ID]})
		}
	}
	return out
}
