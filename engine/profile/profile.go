package profile

import (
	"strings"
	"time"
	"unicode/utf8"

	"gongyuan/engine/intake"
	"gongyuan/engine/people"
)

// Industry is one of the industries whose units reports tell apart.
type Industry string

// The industries that are named for key units, and any other.
const (
	Utilities Industry = "utilities"
	Defence   Industry = "defence"
	Schools   Industry = "schools"
	State     Industry = "state"
	Finance   Industry = "finance"
	Broadcast Industry = "broadcast"
	Culture   Industry = "culture"
	Transport Industry = "transport"
	Reserves  Industry = "reserves"
	Other     Industry = "other"
)

// Name is an industry with its names.
type Name struct {
	Industry Industry
	ZH       string
	EN       string
}

// Industries lists them in the order of the policy notice.
func Industries() []Name {
	return []Name{
		{Utilities, "水电油气", "Water, power, oil, gas"}, {Defence, "国防军工", "Defence"}, {Schools, "学校医院", "Schools, hospitals"},
		{State, "党政机关", "Party and state organs"}, {Finance, "金融邮政", "Finance, post"}, {Broadcast, "广电通信", "Broadcasting, telecoms"},
		{Culture, "文博科研", "Museums, research"}, {Transport, "公交地铁", "Public transport"}, {Reserves, "物资储备", "Reserves"}, {Other, "其他", "Other"},
	}
}

// Profile is what is known of a candidate.
type Profile struct {
	Candidate people.CandidateID
	Unit      string
	City      string
	Industry  Industry
	KeyUnit   bool
	Post      string
	Incentive string // what the certificate brought, "" for nothing recorded
	Version   int    // raised by each change, guards concurrent ones
	Changed   time.Time
	By        people.AccountID
}

// Row is one candidate as staff enter them.
type Row struct {
	IDNumber  string
	Name      string
	Unit      string
	City      string
	Industry  string // code or name
	KeyUnit   string // 是 or 否
	Post      string
	Incentive string
}

// shape is the table of profiles.
var shape = intake.Shape[Row]{Needed: 5, Missing: "table-head", Columns: []intake.Column[Row]{
	intake.IDNumber(func(r *Row) *string { return &r.IDNumber }),
	intake.Name(func(r *Row) *string { return &r.Name }),
	{Names: []string{"单位", "工作单位", "unit"}, Of: func(r *Row) *string { return &r.Unit }},
	{Names: []string{"城市", "city"}, Of: func(r *Row) *string { return &r.City }},
	{Names: []string{"行业", "industry"}, Of: func(r *Row) *string { return &r.Industry }},
	{Names: []string{"重点单位", "key unit"}, Of: func(r *Row) *string { return &r.KeyUnit }},
	{Names: []string{"岗位", "职务", "post"}, Of: func(r *Row) *string { return &r.Post }},
	{Names: []string{"激励", "激励措施", "incentive"}, Of: func(r *Row) *string { return &r.Incentive }},
}}

// Head is the headings of a table of profiles to fill in.
func Head() []string { return shape.Head() }

// Table reads the rows of a table of profiles, as intake.Shape does.
func Table(cells [][]string) ([]Row, []int, error) { return shape.Read(cells) }

func tooLong(s string, most int) bool {
	return utf8.RuneCountInString(s) > most || !utf8.ValidString(s)
}

// IndustryOf reads a code or a name.
func IndustryOf(s string) (Industry, bool) {
	for _, n := range Industries() {
		if s == string(n.Industry) || s == n.ZH || strings.EqualFold(s, n.EN) {
			return n.Industry, true
		}
	}
	return "", false
}

// yes reads 是 or 否.
func yes(s string) (bool, bool) {
	switch strings.ToLower(s) {
	case "是", "yes", "y", "1", "true", "√":
		return true, true
	case "否", "no", "n", "0", "false", "×", "":
		return false, true
	}
	return false, false
}

// read makes a profile of a row, or says which field is wrong and why. It
// trims.
func (r *Row) read() (p Profile, field, reason string) {
	shape.Trim(r)
	kind, known := IndustryOf(r.Industry)
	key, said := yes(r.KeyUnit)
	switch {
	case r.Unit == "":
		return p, "unit", "required"
	case tooLong(r.Unit, 80):
		return p, "unit", "length-0-80"
	case r.City == "":
		return p, "city", "required"
	case tooLong(r.City, 40):
		return p, "city", "maxLength"
	case !known:
		return p, "industry", "industry"
	case !said:
		return p, "keyUnit", "yes-no"
	case tooLong(r.Post, 60):
		return p, "post", "maxLength"
	case tooLong(r.Incentive, 200):
		return p, "incentive", "maxLength"
	}
	return Profile{Unit: r.Unit, City: r.City, Industry: kind, KeyUnit: key, Post: r.Post, Incentive: r.Incentive}, "", ""
}

// same tells whether two profiles say the same.
func (p *Profile) same(q *Profile) bool {
	a, b := *p, *q
	a.Version, a.Changed, a.By, b.Version, b.Changed, b.By = 0, time.Time{}, "", 0, time.Time{}, ""
	return a == b
}
