package symbol

import (
	"errors"
	"fmt"
	"sync"

	"rsc.io/qr/coding"
)

// ErrLong is a text that fits no symbol.
var ErrLong = errors.New("symbol: too long for a QR code")

// masks is how many the standard has.
const masks = 8

// Coder makes symbols. It remembers how symbols of a size are laid out. The
// zero value is ready, and safe for concurrent use.
type Coder struct {
	mu    sync.Mutex
	plans map[coding.Version]*[masks]*coding.Plan
}

// Encode returns the smallest symbol of a text at error correction level M, row
// by row, true where it is dark, without the light border. Equal texts make
// equal symbols. It returns ErrLong.
func (c *Coder) Encode(text string) ([][]bool, error) {
	data := coding.String(text)
	version := coding.Version(coding.MinVersion)
	for data.Bits(version) > version.DataBytes(coding.M)*8 {
		if version++; version > coding.MaxVersion {
			return nil, fmt.Errorf("%w: %d bytes", ErrLong, len(text))
		}
	}
	plans, err := c.layouts(version)
	if err != nil {
		return nil, err
	}
	var best [][]bool
	least := 0
	for _, p := range plans {
		code, err := p.Encode(data)
		if err != nil {
			return nil, fmt.Errorf("symbol: %w", err)
		}
		dark := rows(code)
		if n := penalty(dark); best == nil || n < least {
			best, least = dark, n
		}
	}
	return best, nil
}

func (c *Coder) layouts(v coding.Version) (*[masks]*coding.Plan, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.plans[v]; p != nil {
		return p, nil
	}
	var out [masks]*coding.Plan
	for m := range out {
		var err error
		if out[m], err = coding.NewPlan(v, coding.M, coding.Mask(m)); err != nil {
			return nil, fmt.Errorf("symbol: version %d: %w", v, err)
		}
	}
	if c.plans == nil {
		c.plans = map[coding.Version]*[masks]*coding.Plan{}
	}
	c.plans[v] = &out
	return &out, nil
}

func rows(code *coding.Code) [][]bool {
	out, all := make([][]bool, code.Size), make([]bool, code.Size*code.Size)
	for y := range out {
		out[y] = all[y*code.Size : (y+1)*code.Size]
		for x := range out[y] {
			out[y][x] = code.Black(x, y)
		}
	}
	return out
}
