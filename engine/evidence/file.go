package evidence

import (
	"fmt"
	"path"
	"strings"
	"time"
	"unicode"

	"gongyuan/engine/assess"
	"gongyuan/engine/filing"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// FileID names a file. Whoever uploads chooses it, so that a request whose
// answer was lost can be made again.
type FileID string

// Kind is what a file is for.
type Kind string

// The kinds.
const (
	ScoreFile Kind = "score"    // attached by an examiner to a score
	Material  Kind = "material" // handed in for the comprehensive review
	Portrait  Kind = "portrait" // a photograph of the candidate
	Paper     Kind = "filing"   // a document of a step in the register of bodies and sites
	Ground    Kind = "motion"   // what a revocation or a reissue of a certificate rests on
)

// Owner is what a file belongs to: one examiner's score of a candidate, a
// registration, a step of a filing, or a motion about a certificate.
type Owner struct {
	Kind         Kind
	Sitting      sitting.ID
	Registration sitting.RegistrationID
	Panel        assess.PanelID   // of a ScoreFile, else ""
	Examiner     people.AccountID // of a ScoreFile, else ""
	Filing       filing.ID        // of a Paper, else ""
	Certificate  string           // number; of a Ground, else ""
	Step         int              // of a Paper or, as the motion's number, of a Ground, from 1
}

// Key is the owner as one text, unique among owners.
func (o Owner) Key() string {
	switch o.Kind {
	case Paper:
		return fmt.Sprintf("%s:%s:%d", o.Kind, o.Filing, o.Step)
	case Ground:
		return fmt.Sprintf("%s:%s:%d", o.Kind, o.Certificate, o.Step)
	case ScoreFile:
		return string(o.Kind) + ":" + string(o.Panel) + ":" + string(o.Registration) + ":" + string(o.Examiner)
	}
	return string(o.Kind) + ":" + string(o.Registration)
}

// Type is what a file's content is.
type Type string

// The types that are taken. Telephones save photographs as JPEG when a web page
// asks for it, whatever else they use.
const (
	PDF  Type = "application/pdf"
	JPEG Type = "image/jpeg"
	PNG  Type = "image/png"
)

// extension is the end of a name of this type.
func (t Type) extension() string {
	switch t {
	case PDF:
		return ".pdf"
	case JPEG:
		return ".jpg"
	case PNG:
		return ".png"
	}
	return ""
}

// State is where a file stands.
type State string

// A file is a draft until all of it is there.
const (
	Draft State = "draft"
	Kept  State = "kept"
)

// File is what is known of a file besides its content.
type File struct {
	ID      FileID
	Owner   Owner
	Slot    assess.AttachmentID // which attachment of the sheet it is; "" for none
	Name    string              // cleaned; its end is that of the type once kept
	Given   string              // hex SHA-256 of what was announced and uploaded
	Length  int64               // of what was announced
	State   State
	By      string // Actor.Name of who uploads
	Begun   time.Time
	Type    Type   // what follows is known once it is kept
	Size    int64  // of what is kept
	Digest  string // hex SHA-256 of what is kept: other than Given where something was taken out
	Content string // where the bytes lie
	Key     string // id of the secret that sealed them, "" where that was not noted yet
	At      time.Time
	Removed time.Time // zero while it counts
	Remover string
	Version int // raised by each change
}

// Counts tells whether the file is there for whoever looks for it.
func (f *File) Counts() bool { return f.State == Kept && f.Removed.IsZero() }

// PartSize is the length in bytes of every part of an upload but the last. It
// is far below what the program reads of one request.
const PartSize = 512 << 10

// parts is how many parts there are of a length.
func parts(length int64) int { return int((length + PartSize - 1) / PartSize) }

// partLength is the length of part n, from 0.
func partLength(length int64, n int) int64 { return min(PartSize, length-int64(n)*PartSize) }

// Limits are the limits of files. They are parameters of an installation; none
// comes from a standard.
type Limits struct {
	Photo    int64         // bytes of an image
	Document int64         // bytes of a PDF
	Pixels   int64         // of an image, width times height
	PerOwner int           // files that count, of one owner
	Draft    time.Duration // how long an upload may take until its parts are dropped
}

// DefaultLimits are 8 MB for a photograph of at most 50 million pixels, 20 MB
// for a PDF, 20 files for each owner and a day for an upload.
func DefaultLimits() Limits {
	return Limits{Photo: 8_000_000, Document: 20_000_000, Pixels: 50_000_000, PerOwner: 20, Draft: 24 * time.Hour}
}

// The longest name, in characters.
const mostName = 80

// cleanName makes a name that can stand in a list and in a header: no folders,
// no control or direction characters, of bounded length.
func cleanName(raw string) string {
	raw = strings.ToValidUTF8(raw, "")
	raw = path.Base(strings.ReplaceAll(raw, `\`, "/"))
	name := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || strings.ContainsRune(`<>:"|?*/`, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, raw)
	name = strings.Trim(strings.Join(strings.Fields(name), " "), ". ")
	if r := []rune(name); len(r) > mostName {
		name = strings.TrimSpace(string(r[:mostName]))
	}
	if name == "" {
		return "未命名"
	}
	return name
}

// named gives a cleaned name the end of its type.
func named(name string, t Type) string {
	ends := []string{t.extension()}
	if t == JPEG {
		ends = append(ends, ".jpeg")
	}
	for _, end := range ends {
		if n := len(name) - len(end); n > 0 && strings.EqualFold(name[n:], end) {
			return name[:n] + t.extension()
		}
	}
	return name + t.extension()
}
