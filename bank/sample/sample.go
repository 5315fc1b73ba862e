// Package sample holds the sample question banks (示例题库) that the demo ships:
// one workbook per level, in the template that package xlsx reads. They were
// written for this program and belong to no official item bank.
package sample

import (
	"embed"
	"fmt"
	"io/fs"
	"time"

	"gongyuan/bank"
)

//go:embed level1.xlsx level2.xlsx level3.xlsx
var workbooks embed.FS

// Level is one of the sample banks.
type Level struct {
	Level int     // 3, 2 or 1, as certificates count them
	Bank  bank.ID // what its items belong to
	Title string
	Name  string // of the workbook
}

// Levels lists the sample banks, the lowest level first.
func Levels() []Level {
	names := map[int]string{3: "三级", 2: "二级", 1: "一级"}
	var out []Level
	for level := 3; level >= 1; level-- {
		out = append(out, Level{
			Level: level, Bank: bank.ID(fmt.Sprintf("bwgly-%d", level)),
			Title: "保卫管理员" + names[level] + "（示例题库）", Name: fmt.Sprintf("level%d.xlsx", level),
		})
	}
	return out
}

// Open opens the workbook of a level.
func (l Level) Open() (fs.File, error) { return workbooks.Open(l.Name) }

// Written is a second blueprint (示例) of level 2: short answers, an essay and
// a case beside the choices. People mark a part of it.
func Written() bank.Blueprint {
	return bank.Blueprint{
		ID: "bwgly-2-written", Bank: "bwgly-2", Title: "保卫管理员二级理论知识考试（含主观题，示例方案）", Duration: 90 * time.Minute, MaxPerPoint: 2,
		Sections: []bank.Section{
			{Type: bank.Single, Count: 20, Points: 150}, {Type: bank.Judgement, Count: 10, Points: 100}, {Type: bank.ShortAnswer, Count: 2, Points: 1000},
			{Type: bank.Essay, Count: 1, Points: 2000}, {Type: bank.Case, Count: 1, Points: 2000},
		},
	}
}
