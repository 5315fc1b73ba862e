package exchange

import "gongyuan/bank"

// Cases collects items of a format that writes a case and its parts one after
// the other, each as an item with a code of its own.
type Cases struct {
	*Collector
	open *Draft // the case whose parts may follow
}

// Put adds an item, or as a part from 1 to the case above it. One that follows
// no case, or not in order, is dropped.
func (c *Cases) Put(d *Draft, part int) {
	if part == 0 {
		c.Close()
		if d.Rev.Type == bank.Case {
			c.open = d
			return
		}
		c.Add(d)
		return
	}
	if c.open == nil || c.open.Code != d.Code || part != len(c.open.Rev.Parts)+1 {
		d.Drop(FieldCode, OrphanPart, d.Code)
		c.Add(d)
		return
	}
	c.open.Rev.Parts = append(c.open.Rev.Parts, d.Rev.Question)
	c.open.Absorb(d)
}

// Close adds the case whose parts were collected.
func (c *Cases) Close() {
	if c.open != nil {
		c.Add(c.open)
	}
	c.open = nil
}
