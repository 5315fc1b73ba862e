package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/daysheet"
	"gongyuan/engine/people"
	"gongyuan/engine/proctor"
	"gongyuan/engine/sitting"
)

var actWords = map[proctor.Kind]string{
	proctor.MarkGone: "记缺考", proctor.Undo: "撤销登记", proctor.Message: "发送通知", proctor.Warn: "违纪警告", proctor.Expel: "违纪，终止考试",
	proctor.Transfer: "换座", proctor.Evacuate: "疏散", proctor.Return: "结束疏散", proctor.Lock: "锁定页面", proctor.Unlock: "解开页面",
}

var orderWords = map[attempt.Event]string{attempt.Extend: "补时", attempt.Pause: "暂停", attempt.Resume: "恢复", attempt.Reopen: "重新开放"}

// chronicle gathers what happened at a sitting, for its protocol.
type chronicle struct {
	seats map[sitting.RegistrationID]seat
	name  func(people.AccountID) string
	out   []daysheet.Event
}

// add takes in what was done to one, to a room or to everybody.
func (c *chronicle) add(at time.Time, room string, of sitting.RegistrationID, by people.AccountID, what string, why ...string) {
	e := daysheet.Event{At: at, Room: room, Where: "全部考生", What: what}
	why = slices.DeleteFunc(why, func(s string) bool { return s == "" })
	e.Why = strings.Join(slices.Compact(why), "；")
	switch p, known := c.seats[of]; {
	case known:
		e.Room, e.Where = p.Room, fmt.Sprintf("%s-%s %s", p.Room, p.Seat, p.person.Name)
	case room != "":
		e.Where = room + " 考场"
	}
	if by != "" {
		e.By = c.name(by)
	}
	c.out = append(c.out, e)
}

// events lists what happened, in order; signing in stands in the attendance.
func (s *server) events(ctx context.Context, x *sitting.Sitting, seats []seat) ([]daysheet.Event, error) {
	names := map[people.AccountID]string{}
	c := &chronicle{seats: make(map[sitting.RegistrationID]seat, len(seats)), name: func(a people.AccountID) string { return s.named(ctx, a, names) }}
	for _, p := range seats {
		c.seats[p.ID] = p
	}
	c.opening(x.Opening)
	acts, err := s.proctors.Acts(ctx, x.ID)
	if err != nil {
		return nil, err
	}
	c.acts(acts)
	calls, err := s.proctors.Calls(ctx, x.ID)
	if err != nil {
		return nil, err
	}
	c.calls(calls)
	orders, err := s.attempts.Orders(ctx, x.ID)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		what := orderWords[o.Kind]
		if o.Extension > 0 {
			what += " " + lasting(o.Extension)
		}
		c.add(o.At, o.Room, o.Registration, o.By, what, o.Reason)
	}
	records, err := s.attempts.OfSitting(ctx, x.ID)
	if err != nil {
		return nil, err
	}
	c.collected(records, acts)
	incidents, err := s.attempts.Incidents(ctx, x.ID, placesOf(seats))
	if err != nil {
		return nil, err
	}
	c.cut(incidents)
	slices.SortStableFunc(c.out, func(a, b daysheet.Event) int { return a.At.Compare(b.At) })
	return c.out, nil
}

func (c *chronicle) acts(all []proctor.Act) {
	for _, a := range all {
		where := ""
		switch {
		case a.Kind == proctor.CheckIn:
			continue
		case a.Kind == proctor.Transfer:
			where = fmt.Sprintf("%s-%s 到 %s-%s", a.FromRoom, a.FromPlace, a.ToRoom, a.ToPlace)
		case a.Registration == "":
			where = fmt.Sprintf("%d 人", a.Count)
		}
		c.add(a.At, a.Room, a.Registration, a.By, actWords[a.Kind], where, a.Text, a.Reason)
	}
}

func (c *chronicle) calls(all []proctor.Call) {
	for _, x := range all {
		what, came := "举手", "没有办结"
		if x.Kind == proctor.Question {
			what = fmt.Sprintf("反映第 %d 题有误", x.Slot)
		}
		if x.State == proctor.Done {
			came = strings.TrimSuffix("已办结："+x.Word, "：")
		}
		if x.Forwarded {
			came += "，已转命题人员"
		}
		c.add(x.At, "", x.Registration, x.By, what, x.Text, came)
	}
}

// collected adds the papers that staff took in; where somebody's exam was ended
// for misconduct, that act says it already.
func (c *chronicle) collected(all []attempt.Record, acts []proctor.Act) {
	ended := map[sitting.RegistrationID]bool{}
	for _, a := range acts {
		if a.Kind == proctor.Expel {
			ended[a.Registration] = true
		}
	}
	of := make(map[attempt.AttemptID]sitting.RegistrationID, len(c.seats))
	for id, p := range c.seats {
		of[attempt.AttemptID(p.Attempt)] = id
	}
	for _, r := range all {
		if reg, seated := of[r.ID]; seated && r.Closing.Manner == attempt.Collected && !ended[reg] {
			c.add(r.Closing.At, "", reg, r.Closing.By, "收卷", r.Closing.Reason)
		}
	}
}

// cut adds the losses of connection, as they were measured.
func (c *chronicle) cut(all []attempt.Incident) {
	of := make(map[attempt.AttemptID]sitting.RegistrationID, len(c.seats))
	for id, p := range c.seats {
		of[attempt.AttemptID(p.Attempt)] = id
	}
	for _, in := range all {
		how, made := "还没有恢复", ""
		if !in.Until.IsZero() {
			how = "持续 " + lasting(in.Lost())
		}
		if in.Seats > 1 {
			how += fmt.Sprintf("，%d 人", in.Seats)
		}
		if in.Settled {
			made = "已补时"
		}
		c.add(in.From, in.Room, of[in.Seat], "", "断线（系统测得）", how, made)
	}
}

func lasting(d time.Duration) string {
	whole, seconds := int(d/time.Minute), int(d%time.Minute/time.Second)
	switch {
	case whole == 0:
		return fmt.Sprintf("%d 秒", seconds)
	case seconds == 0:
		return fmt.Sprintf("%d 分钟", whole)
	}
	return fmt.Sprintf("%d 分 %d 秒", whole, seconds)
}

func placesOf(seats []seat) []attempt.Place {
	places := make([]attempt.Place, len(seats))
	for i, p := range seats {
		places[i] = attempt.Place{Attempt: attempt.AttemptID(p.Attempt), Room: p.Room, Seat: p.Seat}
	}
	return places
}
