// Package sample holds the sample question banks (示例题库) that the demo ships:
// one workbook per level, in the template that package xlsx reads. They were
// written for this program and belong to no official item bank.
package sample

import (
	"embed"
	"fmt"
	"io/fs"

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
