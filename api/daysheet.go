package api

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/daysheet"
	"gongyuan/engine/people"
	"gongyuan/engine/proctor"
	"gongyuan/engine/sitting"
)

// GetDayPaper prints papers of the day.
func (s *server) GetDayPaper(ctx context.Context, r contract.GetDayPaperRequestObject) (contract.GetDayPaperResponseObject, error) {
	kind := daysheet.Kind(r.Paper)
	if !kind.Known() {
		return nil, &sitting.FieldError{Field: "/paper", Reason: "unknown"}
	}
	x, seats, err := s.roster(ctx, r.Sitting)
	if err != nil {
		return nil, err
	}
	day, err := s.dayOf(ctx, &x, seats)
	if err != nil {
		return nil, err
	}
	if kind == daysheet.Attendance || kind == daysheet.Protocol {
		if err := s.happened(ctx, &x, seats, day); err != nil {
			return nil, err
		}
	}
	if room := textOr(r.Params.Room); room != "" {
		day.People = slices.DeleteFunc(day.People, func(p daysheet.Person) bool { return p.Room != room })
	}
	if err := s.audit.Record(ctx, audit.Event{Actor: string(staff(ctx)), Act: "day.print", Object: "sitting:" + r.Sitting, After: string(kind)}); err != nil {
		return nil, err
	}
	pdf, err := s.days.Papers.Write(kind, day)
	if err != nil {
		return nil, err
	}
	return contract.GetDayPaper200ApplicationpdfResponse{Body: bytes.NewReader(pdf), ContentLength: int64(len(pdf))}, nil
}

// dayOf is a sitting as its papers show it.
func (s *server) dayOf(ctx context.Context, x *sitting.Sitting, seats []seat) (*daysheet.Day, error) {
	scheme, _ := s.standard.Scheme(x.Level)
	d := &daysheet.Day{
		Title: x.Title, Occupation: x.Occupation.Name, Level: scheme.Title, Body: s.handouts.Body, Opens: x.Opens, Closes: x.Closes, Duration: x.Duration,
		LateEntry: x.LateEntry, Printed: s.clock.Now(), By: s.staffName(ctx, staff(ctx)), Sample: s.standard.Sample,
	}
	plan, err := s.days.Venues.Of(ctx, x.ID)
	if err != nil {
		return nil, err
	}
	sites, err := s.days.Venues.Sites(ctx)
	if err != nil {
		return nil, err
	}
	for _, use := range plan.Staffing.Rooms {
		room := plan.Rooms[use.Room]
		out := daysheet.Room{Name: room.Name, Site: sites[room.Site].Name, Address: sites[room.Site].Address}
		for _, who := range use.Invigilators {
			out.Invigilators = append(out.Invigilators, s.staffName(ctx, who))
		}
		d.Rooms = append(d.Rooms, out)
	}
	for _, p := range seats {
		person := daysheet.Person{
			Admission: p.Admission, Name: p.person.Name, Document: p.person.IDMasked, Employer: p.Employer, Room: p.Room, Seat: p.Seat, Extra: p.Extra,
		}
		for _, n := range []struct {
			granted bool
			word    string
		}{{p.Needs.LargeText, "大字号"}, {p.Needs.Apart, "单独考场"}, {p.Needs.Accessible, "无障碍座位"}} {
			if n.granted {
				person.Notes = append(person.Notes, n.word)
			}
		}
		d.People = append(d.People, person)
	}
	return d, nil
}

// happened adds what is known once the day has begun. seats and the day's
// people are in the same order.
func (s *server) happened(ctx context.Context, x *sitting.Sitting, seats []seat, d *daysheet.Day) error {
	if x.State == sitting.Draft {
		return nil
	}
	places, err := s.proctors.Rosters.Seats(ctx, x.ID)
	if err != nil {
		return err
	}
	marks, err := s.proctors.MarksOf(ctx, x.ID, places)
	if err != nil {
		return err
	}
	ids := make([]attempt.AttemptID, 0, len(seats))
	for _, p := range seats {
		if p.Attempt != "" {
			ids = append(ids, attempt.AttemptID(p.Attempt))
		}
	}
	progress, err := s.attempts.Progress(ctx, ids)
	if err != nil {
		return err
	}
	by := make(map[string]attempt.Progress, len(progress))
	for _, p := range progress {
		by[string(p.Attempt)] = p
	}
	totals := map[sitting.RegistrationID]int{}
	for _, p := range places {
		totals[p.Registration] = p.Total
	}
	who := map[sitting.RegistrationID]string{}
	for i, p := range seats {
		m, at := marks[p.ID], by[p.Attempt]
		d.People[i].Presence = daysheet.Presence{
			SignedIn: m.SignedIn, Absent: m.Absent, Began: at.State != "" && at.State != attempt.Ready, Over: at.State.Over(), Answered: at.Answered,
			Total: totals[p.ID], Warned: m.Warned, Expelled: m.Expelled,
		}
		who[p.ID] = fmt.Sprintf("%s-%s %s", p.Room, p.Seat, p.person.Name)
	}
	return s.events(ctx, x.ID, who, d)
}

var actWords = map[proctor.Kind]string{
	proctor.MarkGone: "记缺考", proctor.Undo: "撤销登记", proctor.Message: "发送通知", proctor.Warn: "违纪警告", proctor.Expel: "违纪，终止考试",
	proctor.Transfer: "换座", proctor.Evacuate: "撤离考场", proctor.Return: "返回考场",
}

var orderWords = map[attempt.Event]string{attempt.Extend: "补时", attempt.Pause: "暂停", attempt.Resume: "恢复", attempt.Reopen: "重新开放"}

// events lists what staff did, in order; signing in stands in the attendance.
func (s *server) events(ctx context.Context, id sitting.ID, who map[sitting.RegistrationID]string, d *daysheet.Day) error {
	where := func(room string, of sitting.RegistrationID) string {
		switch {
		case of != "":
			return who[of]
		case room != "":
			return room + " 考场"
		}
		return "全部考生"
	}
	if x, err := s.sittings.Sitting(ctx, id); err != nil {
		return err
	} else if x.Opening != nil {
		o := x.Opening
		d.Events = append(d.Events, daysheet.Event{At: o.At, Where: "本场次", What: "准许开考", Why: gapWords(o), By: s.staffName(ctx, people.AccountID(o.By))})
	}
	acts, err := s.proctors.Acts(ctx, id)
	if err != nil {
		return err
	}
	for _, a := range acts {
		if a.Kind == proctor.CheckIn {
			continue
		}
		why := a.Text
		if a.Reason != "" && a.Reason != a.Text {
			why = join(why, a.Reason)
		}
		if a.Kind == proctor.Transfer {
			why = join(fmt.Sprintf("%s-%s 到 %s-%s", a.FromRoom, a.FromPlace, a.ToRoom, a.ToPlace), why)
		}
		d.Events = append(d.Events, daysheet.Event{At: a.At, Where: where(a.Room, a.Registration), What: actWords[a.Kind], Why: why, By: s.staffName(ctx, a.By)})
	}
	orders, err := s.attempts.Orders(ctx, id)
	if err != nil {
		return err
	}
	for _, o := range orders {
		what := orderWords[o.Kind]
		if o.Extension > 0 {
			what += fmt.Sprintf(" %d 分钟", int(o.Extension/time.Minute))
		}
		d.Events = append(d.Events, daysheet.Event{At: o.At, Where: where(o.Room, o.Registration), What: what, Why: o.Reason, By: s.staffName(ctx, o.By)})
	}
	slices.SortStableFunc(d.Events, func(a, b daysheet.Event) int { return a.At.Compare(b.At) })
	return nil
}

// checkWords names the checks of readiness in the protocol, which says of each
// that it was not done.
var checkWords = map[string]string{
	"filed": "备案", "fulfil": "试卷", "sealed": "封卷", "store": "服务器应答", "clock": "服务器时钟", "drill": "演练", "seated": "排座", "room": "考场与监考员",
	"browsers": "考生机检查", "list": "考前检查无法进行",
}

// gapWords says what was not done when a sitting was opened, and why it was
// opened all the same. Rooms are named once.
func gapWords(o *sitting.Opening) string {
	var order []string
	names := map[string][]string{}
	for _, g := range o.Gaps {
		word := checkWords[g.Check]
		if word == "" {
			word = g.Check
		}
		if !slices.Contains(order, word) {
			order = append(order, word)
		}
		if g.Check == "room" && g.Name != "" && !slices.Contains(names[word], g.Name) {
			names[word] = append(names[word], g.Name)
		}
		if g.Check == "browsers" && g.Need > 0 {
			names[word] = append(names[word], fmt.Sprintf("%d / %d 台", g.Have, g.Need))
		}
	}
	for i, word := range order {
		if of := names[word]; len(of) > 0 {
			order[i] += "（" + strings.Join(of, "、") + "）"
		}
	}
	out := ""
	if len(order) > 0 {
		out = "未完成：" + strings.Join(order, "、")
	}
	if o.Reason != "" {
		out = join(out, "理由："+o.Reason)
	}
	return out
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "；" + b
}
