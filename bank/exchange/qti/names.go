package qti

import (
	"strings"
	"unicode"

	"gongyuan/bank/exchange/markup"
)

// ownSpace is the namespace of what the manifest says for this program.
const ownSpace = "urn:gongyuan:item:1"

// canon makes names of all versions one: assessmentItem and
// qti-assessment-item both become assessmentitem.
func canon(name string) string {
	return strings.ReplaceAll(strings.TrimPrefix(strings.ToLower(name), "qti-"), "-", "")
}

// attr returns an attribute by its canonical name.
func attr(n *markup.Node, name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Attrs {
		if canon(a.Name.Local) == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

func child(n *markup.Node, name string) *markup.Node {
	if all := children(n, name); len(all) > 0 {
		return all[0]
	}
	return nil
}

func children(n *markup.Node, name string) []*markup.Node {
	if n == nil {
		return nil
	}
	var out []*markup.Node
	for _, k := range n.Kids {
		if k.Name != "" && canon(k.Name) == name {
			out = append(out, k)
		}
	}
	return out
}

// find returns every element of that name below n.
func find(n *markup.Node, name string) []*markup.Node {
	var out []*markup.Node
	n.Walk(func(k *markup.Node) bool {
		if canon(k.Name) == name {
			out = append(out, k)
		}
		return true
	})
	return out
}

// version tells the version of an item by its root.
func version(n *markup.Node) string {
	switch {
	case n.Name == "questestinterop":
		return "1.2"
	case strings.HasPrefix(n.Name, "qti-"), strings.Contains(n.Space, "v3p0"):
		return "3.0"
	case strings.Contains(n.Space, "v2p2"):
		return "2.2"
	case strings.Contains(n.Space, "v2p0"):
		return "2.0"
	}
	return "2.1"
}

// kebab writes assessmentItem as assessment-item.
func kebab(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsUpper(r) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
