package assess

import (
	"embed"
	"encoding/json"
	"fmt"
)

//go:embed data/*.json
var data embed.FS

// SampleSheets returns the score sheets that ship with the program, checked,
// by name. All are labelled 示例: they show what a sheet can say and are for an
// evaluation body to replace.
func SampleSheets() ([]Sheet, error) {
	files, err := data.ReadDir("data")
	if err != nil {
		return nil, fmt.Errorf("assess: %w", err)
	}
	var out []Sheet
	for _, f := range files {
		raw, err := data.ReadFile("data/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("assess: %w", err)
		}
		var s Sheet
		if err := json.Unmarshal(raw, &s); err != nil {
			return nil, fmt.Errorf("assess: %s: %w", f.Name(), err)
		}
		if err := s.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		out = append(out, s)
	}
	return out, nil
}
