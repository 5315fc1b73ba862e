package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SEB is what the sitting asks of Safe Exam Browser.
type SEB struct {
	On       bool
	StartURL string
	QuitHash string   // SHA-256 of the password that quits it, in hex; empty for none
	Salt     []byte   // makes the settings, and so their key, this sitting's own
	MoreKeys []string // Config Keys of files that were made elsewhere
}

// Settings is a dictionary of a settings file. Its values are bool, int, string,
// []byte, time.Time, []any and Settings.
type Settings map[string]any

// Settings are those of the sitting's file. What is not named has the default
// of Safe Exam Browser, which is the safe one.
func (s *SEB) Settings() Settings {
	return Settings{
		"originatorVersion": "gongyuan", "sebConfigPurpose": 0, "startURL": s.StartURL,
		"sendBrowserExamKey": true, "browserWindowWebView": 3, "examKeySalt": s.Salt,
		"allowQuit": true, "quitURLConfirm": true, "hashedQuitPassword": s.QuitHash,
		"allowPreferencesWindow": false, "allowSwitchToApplications": false, "allowScreenSharing": false, "allowVirtualMachine": false,
		"allowSpellCheck": false, "allowDictionaryLookup": false, "allowPrint": false,
		"browserViewMode": 0, "browserWindowAllowReload": true, "showReloadButton": true, "showReloadWarning": true,
		"newBrowserWindowByLinkPolicy": 0, "newBrowserWindowByScriptPolicy": 0,
		// Answers that cannot be sent are saved as a file.
		"allowDownUploads": true, "allowDownloads": true, "allowUploads": false,
		"enablePrivateClipboard": true, "permittedProcesses": []any{}, "prohibitedProcesses": []any{},
	}
}

// ConfigKey is the Config Key of settings: the SHA-256, in hex, of their
// SEB-JSON. https://safeexambrowser.org/developer/seb-config-key.html
func ConfigKey(s Settings) string { return digest(sebJSON(s)) }

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// sebJSON is what looks like JSON and is hashed: no originatorVersion, keys in
// order without regard to case at every depth, no white space, nothing escaped,
// no empty dictionaries.
func sebJSON(s Settings) string {
	top := make(Settings, len(s))
	for k, v := range s {
		if k != "originatorVersion" {
			top[k] = v
		}
	}
	var b strings.Builder
	writeSEB(&b, top)
	return b.String()
}

func writeSEB(b *strings.Builder, v any) {
	switch v := v.(type) {
	case Settings:
		b.WriteByte('{')
		first := true
		for _, k := range ordered(v) {
			if d, ok := v[k].(Settings); ok && empty(d) {
				continue
			}
			if !first {
				b.WriteByte(',')
			}
			first = false
			b.WriteString(`"` + k + `":`)
			writeSEB(b, v[k])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, x := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeSEB(b, x)
		}
		b.WriteByte(']')
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int:
		b.WriteString(strconv.Itoa(v))
	default:
		b.WriteString(`"` + plain(v) + `"`)
	}
}

// plain is a value that both forms write as text.
func plain(v any) string {
	switch v := v.(type) {
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05Z")
	}
	return fmt.Sprint(v)
}

// empty tells whether a dictionary has nothing in it, or empty dictionaries
// only.
func empty(s Settings) bool {
	for _, v := range s {
		if d, ok := v.(Settings); !ok || !empty(d) {
			return false
		}
	}
	return true
}

func ordered(s Settings) []string {
	keys := make([]string, 0, len(s))
	for k := range s {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if c := strings.Compare(strings.ToLower(a), strings.ToLower(b)); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return keys
}

// File is the settings as a file that Safe Exam Browser opens: a property list
// in XML, neither packed nor sealed.
func File(s Settings) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n" +
		`<plist version="1.0">` + "\n")
	writePlist(&b, s)
	b.WriteString("</plist>\n")
	return []byte(b.String())
}

func writePlist(b *strings.Builder, v any) {
	text := func(tag string, v any) {
		b.WriteString("<" + tag + ">")
		_ = xml.EscapeText(b, []byte(plain(v))) // a Builder takes everything
		b.WriteString("</" + tag + ">\n")
	}
	switch v := v.(type) {
	case Settings:
		b.WriteString("<dict>\n")
		for _, k := range ordered(v) {
			text("key", k)
			writePlist(b, v[k])
		}
		b.WriteString("</dict>\n")
	case []any:
		b.WriteString("<array>\n")
		for _, x := range v {
			writePlist(b, x)
		}
		b.WriteString("</array>\n")
	case bool:
		b.WriteString("<" + strconv.FormatBool(v) + "/>\n")
	case int:
		text("integer", v)
	case []byte:
		text("data", v)
	case time.Time:
		text("date", v)
	default:
		text("string", v)
	}
}

// Proof is what a request shows of the browser that it comes from.
type Proof struct {
	Header string // X-SafeExamBrowser-ConfigKeyHash
	Path   string // of the request, with its query
	// Hash and URL are what scripts of the page were given, and for what.
	Hash, URL string
	Attempt   string
}

// Passes tells whether the proof is of the sitting's settings and of this
// attempt: the hash must be of a URL that names the attempt, so that what one
// candidate's browser says is of no use to another.
func (s *SEB) Passes(p Proof) bool {
	if !s.On {
		return true
	}
	start, err := url.Parse(s.StartURL)
	if err != nil || p.Attempt == "" {
		return false
	}
	origin := start.Scheme + "://" + start.Host
	if p.Header != "" && strings.Contains(p.Path, "/"+p.Attempt+"/") && s.isHash(p.Header, origin+p.Path) {
		return true
	}
	page, err := url.Parse(p.URL)
	return err == nil && p.Hash != "" && page.Scheme+"://"+page.Host == origin && page.Query().Get("attempt") == p.Attempt && s.isHash(p.Hash, p.URL)
}

// Shows tells whether the proof has anything to check: a page of an ordinary
// browser has not, one of a browser that is set up otherwise has.
func (p *Proof) Shows() bool { return p.Header != "" || p.Hash != "" }

func (s *SEB) isHash(got, of string) bool {
	of, _, _ = strings.Cut(of, "#")
	for _, key := range append([]string{ConfigKey(s.Settings())}, s.MoreKeys...) {
		if subtle.ConstantTimeCompare([]byte(strings.ToLower(got)), []byte(digest(of+key))) == 1 {
			return true
		}
	}
	return false
}
