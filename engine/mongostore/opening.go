package mongostore

import (
	"time"

	"gongyuan/engine/sitting"
)

type openingDoc struct {
	By     string      `bson:"by"`
	At     time.Time   `bson:"at"`
	Gaps   []undoneDoc `bson:"gaps,omitempty"`
	Reason string      `bson:"reason,omitempty"`
}

type undoneDoc struct {
	Check  string `bson:"check"`
	Reason string `bson:"reason"`
	Name   string `bson:"name,omitempty"`
	Have   int    `bson:"have"`
	Need   int    `bson:"need"`
}

func docOfOpening(o *sitting.Opening) *openingDoc {
	if o == nil {
		return nil
	}
	d := &openingDoc{By: o.By, At: o.At, Reason: o.Reason}
	for _, g := range o.Gaps {
		d.Gaps = append(d.Gaps, undoneDoc(g))
	}
	return d
}

func (d *openingDoc) opening() *sitting.Opening {
	if d == nil {
		return nil
	}
	o := &sitting.Opening{By: d.By, At: d.At.UTC(), Reason: d.Reason}
	for _, g := range d.Gaps {
		o.Gaps = append(o.Gaps, sitting.Gap(g))
	}
	return o
}
