package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// place is column and row of a cell, from 1.
type place struct{ x, y int }

// numbersOf finds the cells of the first sheet that keep a number, in the file
// itself: asking the library makes it fill every row up to its last cell, be it
// a blank one at the end of the sheet.
func numbersOf(data []byte) (map[place]bool, error) {
	file, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	name, err := firstSheet(file)
	if err != nil {
		return nil, err
	}
	out, at, kept := map[place]bool{}, place{}, false
	return out, eachElement(file, name, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "row":
			at = place{0, at.y + 1}
			if y, err := strconv.Atoi(attribute(e, "r")); err == nil && y > 0 {
				at.y = y
			}
		case "c":
			at.x++
			if x, y, err := excelize.CellNameToCoordinates(attribute(e, "r")); err == nil {
				at = place{x, y}
			}
			kept = attribute(e, "t") == "" || attribute(e, "t") == "n"
		case "v":
			if kept {
				out[at] = true
			}
			if len(out) > mostCells {
				return ErrLarge
			}
		}
		return nil
	})
}

// firstSheet is the part of the workbook that is its first sheet (ISO/IEC
// 29500-1, 18.2.20).
func firstSheet(file *zip.Reader) (string, error) {
	id, target := "", ""
	if err := eachElement(file, "xl/workbook.xml", func(e xml.StartElement) error {
		if e.Name.Local == "sheet" && id == "" {
			id = attribute(e, "id")
		}
		return nil
	}); err != nil {
		return "", err
	}
	if err := eachElement(file, "xl/_rels/workbook.xml.rels", func(e xml.StartElement) error {
		if e.Name.Local == "Relationship" && attribute(e, "Id") == id {
			target = attribute(e, "Target")
		}
		return nil
	}); err != nil {
		return "", err
	}
	if path.IsAbs(target) {
		return strings.TrimPrefix(target, "/"), nil
	}
	return path.Join("xl", target), nil
}

// eachElement visits the elements of a part as they begin.
func eachElement(file *zip.Reader, name string, visit func(xml.StartElement) error) error {
	for _, part := range file.File {
		if !strings.EqualFold(strings.ReplaceAll(part.Name, "\\", "/"), name) {
			continue
		}
		in, err := part.Open()
		if err != nil {
			return err
		}
		defer in.Close()
		for d := xml.NewDecoder(io.LimitReader(in, mostBytes)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if e, ok := token.(xml.StartElement); ok {
				if err := visit(e); err != nil {
					return err
				}
			}
		}
	}
	return fmt.Errorf("no part %q", name)
}

// attribute is the value of an attribute, whatever its name space.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
