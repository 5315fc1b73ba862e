package bank

import (
	"fmt"
	"strings"
)

// RangeCode names a range (鉴定范围) of level 1 to 3: "A", "A-B", "A-B-C".
type RangeCode string

// PointCode names an assessment point (鉴定点): "A-B-C-001".
type PointCode string

// Range returns the level-3 range that the point lies in.
func (p PointCode) Range() RangeCode {
	if i := strings.LastIndexByte(string(p), '-'); i > 0 {
		return RangeCode(p[:i])
	}
	return ""
}

// Contains tells whether the point lies in the range or below it.
func (r RangeCode) Contains(p PointCode) bool { return strings.HasPrefix(string(p), string(r)+"-") }

// Importance of an assessment point.
type Importance string

// The three importances, core, general, auxiliary.
const (
	Core      Importance = "X"
	General   Importance = "Y"
	Auxiliary Importance = "Z"
)

// Point is an assessment point, the smallest thing an outline names.
type Point struct {
	Code       PointCode
	Title      string
	Importance Importance
	Retired    bool // kept for what was asked of it; nothing new is written for it
}

// Range is a node of the outline. Its weight is out of the whole 100; a
// weight below zero means "does not apply" (—), which is not 0.
type Range struct {
	Code     RangeCode
	Title    string
	Weight   int
	Children []Range
	Points   []Point // level-3 ranges only
}

// Outline is the 鉴定要素细目表 of one bank.
type Outline struct {
	Bank    ID
	Title   string
	Ranges  []Range
	Version int // of what is stored, from 1
}

// Points lists every point of the outline in its order.
func (o *Outline) Points() []Point {
	var all []Point
	var walk func(rs []Range)
	walk = func(rs []Range) {
		for _, r := range rs {
			all = append(all, r.Points...)
			walk(r.Children)
		}
	}
	walk(o.Ranges)
	return all
}

// OutlineFault is one thing that is wrong with an outline.
type OutlineFault struct {
	Code string // the range or point it is about, empty for the whole
	Text string // in Chinese, for an editor to act on
}

// Check returns what is wrong with the outline: weights that do not add up,
// codes that repeat or do not lie below their parent. None means it is sound.
func (o *Outline) Check() []OutlineFault {
	var faults []OutlineFault
	seen := map[string]bool{}
	note := func(code, format string, args ...any) {
		faults = append(faults, OutlineFault{code, fmt.Sprintf(format, args...)})
	}
	once := func(code string) {
		if seen[code] {
			note(code, "代码重复")
		}
		seen[code] = true
	}
	var walk func(parent RangeCode, want int, rs []Range)
	walk = func(parent RangeCode, want int, rs []Range) {
		sum := 0
		for _, r := range rs {
			once(string(r.Code))
			if parent != "" && !strings.HasPrefix(string(r.Code), string(parent)+"-") {
				note(string(r.Code), "代码不在上级 %s 之下", parent)
			}
			sum += max(r.Weight, 0)
			for _, p := range r.Points {
				once(string(p.Code))
				if p.Code.Range() != r.Code {
					note(string(p.Code), "代码不在范围 %s 之下", r.Code)
				}
			}
			if len(r.Children) > 0 {
				walk(r.Code, max(r.Weight, 0), r.Children)
			}
		}
		if sum != want {
			note(string(parent), "下级比重之和是 %d，应为 %d", sum, want)
		}
	}
	walk("", 100, o.Ranges)
	return faults
}
