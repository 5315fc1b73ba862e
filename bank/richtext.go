package bank

import (
	"regexp"
	"strings"
	"unicode"
)

// Texts of questions are plain text in which very little is markup:
//
//	<b>…</b>  <sub>…</sub>  <sup>…</sup>   with no other markup inside
//	[img:DIGEST] or [img:DIGEST|words for who cannot see it]
//
// Everything else, a tag of any other kind included, is shown as the
// characters that it is. So there is nothing to sanitise: no reader of these
// texts ever parses HTML, and whoever renders them makes elements out of three
// names and one picture address. HTML with an allow-list would have needed a
// parser on the server and one on the candidate's page, and both would have
// had to agree for ever.
var (
	spans    = regexp.MustCompile(`<(?:b>([^<>]*)</b|sub>([^<>]*)</sub|sup>([^<>]*)</sup)>`)
	pictures = regexp.MustCompile(`\[img:([0-9a-f]{32})(?:\|([^\[\]|]*))?\]`)
)

// PictureID names a picture by the beginning of its SHA-256, in hex.
type PictureID string

// PictureIDs lists the pictures that texts show, each once, in their order.
func PictureIDs(texts ...string) []PictureID {
	var out []PictureID
	seen := map[string]bool{}
	for _, text := range texts {
		for _, m := range pictures.FindAllStringSubmatch(text, -1) {
			if !seen[m[1]] {
				seen[m[1]] = true
				out = append(out, PictureID(m[1]))
			}
		}
	}
	return out
}

// PicturesWithoutWords counts the pictures of a text that say nothing to who
// cannot see them.
func PicturesWithoutWords(text string) int {
	n := 0
	for _, m := range pictures.FindAllStringSubmatch(text, -1) {
		if strings.TrimSpace(m[2]) == "" {
			n++
		}
	}
	return n
}

// Plain is a text without its markup, for lists, search and comparison.
// Pictures become their words.
func Plain(text string) string {
	if !strings.ContainsAny(text, "<[") {
		return text
	}
	return pictures.ReplaceAllString(spans.ReplaceAllString(text, "$1$2$3"), "$2")
}

// CleanText is a text as it is kept: lines end with "\n", no control
// characters, no invisible ones that turn the direction of writing, no space at
// the ends.
func CleanText(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == unicode.ReplacementChar, unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u200b', r == '\ufeff':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.TrimSpace(text)
}

// Texts lists all texts of a question that may hold markup.
func (q *Question) Texts() []string {
	out := []string{q.Stem, q.Explanation}
	for _, o := range q.Options {
		out = append(out, o.Text, o.Feedback)
	}
	return out
}

// Passage is a piece of a text with its markup: characters that are set as Tag
// says, or a picture.
type Passage struct {
	Tag     string // "b", "sub", "sup"; "" for plain characters and pictures
	Text    string // "" for a picture
	Picture PictureID
	Words   string // what the picture shows, in words
}

var piece = regexp.MustCompile(spans.String() + "|" + pictures.String())

// Passages takes a text apart, for who writes it in another markup.
func Passages(text string) []Passage {
	var out []Passage
	at := 0
	for _, m := range piece.FindAllStringSubmatchIndex(text, -1) {
		if m[0] > at {
			out = append(out, Passage{Text: text[at:m[0]]})
		}
		group := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return text[m[2*i]:m[2*i+1]]
		}
		switch {
		case m[8] >= 0:
			out = append(out, Passage{Picture: PictureID(group(4)), Words: group(5)})
		case m[2] >= 0:
			out = append(out, Passage{Tag: "b", Text: group(1)})
		case m[4] >= 0:
			out = append(out, Passage{Tag: "sub", Text: group(2)})
		default:
			out = append(out, Passage{Tag: "sup", Text: group(3)})
		}
		at = m[1]
	}
	if at < len(text) {
		out = append(out, Passage{Text: text[at:]})
	}
	return out
}

// PictureMark is how a text shows a picture.
func PictureMark(id PictureID, words string) string {
	words = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if strings.ContainsRune("[]|<>", r) {
			return ' '
		}
		return r
	}, words)), " ")
	if words == "" {
		return "[img:" + string(id) + "]"
	}
	return "[img:" + string(id) + "|" + words + "]"
}

// Marked tells whether a text holds markup.
func Marked(text string) bool {
	return strings.ContainsAny(text, "<[") && piece.MatchString(text)
}

// Segment is a run of characters of a text, or a picture in it.
type Segment struct {
	Text    string    // without markup; "" for a picture
	Picture PictureID // "" for characters
	Words   string    // what the picture shows, in words
}

// Segments splits a text for media that set plain characters and pictures:
// bold is dropped, and what is raised or lowered is marked with ^ or _, since
// 10<sup>2</sup> must not be read as 102.
func Segments(text string) []Segment {
	var out []Segment
	add := func(s string) {
		s = spans.ReplaceAllStringFunc(s, func(m string) string {
			inner := spans.FindStringSubmatch(m)
			switch {
			case strings.HasPrefix(m, "<sub>"):
				return "_" + inner[2]
			case strings.HasPrefix(m, "<sup>"):
				return "^" + inner[3]
			}
			return inner[1]
		})
		if strings.TrimSpace(s) != "" {
			out = append(out, Segment{Text: s})
		}
	}
	at := 0
	for _, m := range pictures.FindAllStringSubmatchIndex(text, -1) {
		add(text[at:m[0]])
		s := Segment{Picture: PictureID(text[m[2]:m[3]])}
		if m[4] >= 0 {
			s.Words = strings.TrimSpace(text[m[4]:m[5]])
		}
		out = append(out, s)
		at = m[1]
	}
	add(text[at:])
	return out
}
