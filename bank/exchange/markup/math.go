package markup

import "strings"

// TeX writes a formula of MathML in TeX: as its own annotation says, else
// element by element. It reports false where it has an element that is not
// known.
func TeX(n *Node) (string, bool) {
	if n == nil || n.Name != "math" {
		return "", false
	}
	own := ""
	n.Walk(func(k *Node) bool {
		if k.Name == "annotation" && strings.Contains(strings.ToLower(k.Attr("encoding")), "tex") {
			own = strings.TrimSpace(k.Content())
		}
		return own == ""
	})
	if own != "" {
		return strings.TrimSuffix(strings.TrimPrefix(own, `\(`), `\)`), true
	}
	if alt := strings.TrimSpace(n.Attr("alttext")); alt != "" && strings.Contains(alt, `\`) {
		return alt, true
	}
	tex, ok := texOf(n)
	tex = strings.TrimSpace(tex)
	return tex, ok && tex != ""
}

// layouts write the children of an element, one for each #.
var layouts = map[string]string{
	"mfrac": `\frac{#}{#}`, "msup": `{#}^{#}`, "msub": `{#}_{#}`, "msubsup": `{#}_{#}^{#}`,
	"munder": `{#}_{#}`, "mover": `{#}^{#}`, "munderover": `{#}_{#}^{#}`,
}

// symbols are characters that TeX has names for.
var symbols = strings.NewReplacer(
	"×", `\times `, "÷", `\div `, "±", `\pm `, "≤", `\le `, "≥", `\ge `, "≠", `\ne `, "∞", `\infty `, "∑", `\sum `, "∏", `\prod `, "∫", `\int `, "√", `\surd `,
	"π", `\pi `, "α", `\alpha `, "β", `\beta `, "γ", `\gamma `, "δ", `\delta `, "θ", `\theta `, "λ", `\lambda `, "μ", `\mu `, "σ", `\sigma `, "Δ", `\Delta `, "Ω", `\Omega `,
	"∈", `\in `, "→", `\to `, "·", `\cdot `, "⋅", `\cdot `, "−", "-", "\u2062", "", "\u2061", "", "%", `\%`, "&", `\&`, "#", `\#`, "$", `\$`, "{", `\{`, "}", `\}`,
)

// TeXSymbols writes the characters of a formula as TeX names them.
func TeXSymbols(s string) string { return symbols.Replace(s) }

func texOf(n *Node) (string, bool) {
	switch n.Name {
	case "":
		return "", strings.TrimSpace(n.Text) == ""
	case "mi", "mn", "mo":
		return symbols.Replace(strings.TrimSpace(n.Content())), true
	case "mtext", "ms":
		return `\text{` + strings.NewReplacer("{", "", "}", "", `\`, "").Replace(strings.TrimSpace(n.Content())) + `}`, true
	case "mspace":
		return " ", true
	}
	var kids []string
	for _, k := range n.Kids {
		if k.Name == "" {
			if strings.TrimSpace(k.Text) != "" {
				return "", false
			}
			continue
		}
		if strings.HasPrefix(k.Name, "annotation") {
			continue
		}
		s, ok := texOf(k)
		if !ok {
			return "", false
		}
		kids = append(kids, s)
	}
	switch n.Name {
	case "math", "mrow", "mstyle", "semantics", "mpadded":
		return strings.Join(kids, ""), true
	case "msqrt":
		return `\sqrt{` + strings.Join(kids, "") + "}", true
	case "mfenced":
		return "(" + strings.Join(kids, ",") + ")", true
	case "mroot":
		if len(kids) != 2 {
			return "", false
		}
		return `\sqrt[` + kids[1] + "]{" + kids[0] + "}", true
	}
	layout := layouts[n.Name]
	// One character needs no braces of its own.
	if len(kids) > 0 && len([]rune(kids[0])) == 1 && strings.HasPrefix(layout, "{#}") {
		layout = "#" + layout[len("{#}"):]
	}
	if layout == "" || strings.Count(layout, "#") != len(kids) {
		return "", false
	}
	var b strings.Builder
	for i, part := range strings.Split(layout, "#") {
		b.WriteString(part)
		if i < len(kids) {
			b.WriteString(kids[i])
		}
	}
	return b.String(), true
}
