package access_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"gongyuan/engine/access"
	"gongyuan/engine/audit"
	"gongyuan/engine/sitting"
)

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

// TestConfigKey holds keys against SEB-JSON written by hand from the rules of
// safeexambrowser.org. The order of names in "case" is that of the example
// there.
func TestConfigKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		settings access.Settings
		json     string
	}{
		{"nothing", access.Settings{}, `{}`},
		{"originatorVersion", access.Settings{"originatorVersion": "x", "allowQuit": true}, `{"allowQuit":true}`},
		{"case", access.Settings{
			"allowWlan": false, "allowedDisplayBuiltin": true, "allowFlashFullscreen": false, "allowDownUploads": false, "URLFilterEnable": false,
			"allowiOSVersionNumberMajor": 9, "allowPDFPlugIn": false, "urlFilterRegex": true, "URLFilterRules": []any{}, "additionalResources": []any{},
			"enableF10": false, "enableF2": false, "enableF1": false, "zoomMode": 0,
		}, `{"additionalResources":[],"allowDownUploads":false,"allowedDisplayBuiltin":true,"allowFlashFullscreen":false,"allowiOSVersionNumberMajor":9,` +
			`"allowPDFPlugIn":false,"allowWlan":false,"enableF1":false,"enableF10":false,"enableF2":false,"URLFilterEnable":false,"urlFilterRegex":true,"URLFilterRules":[],"zoomMode":0}`},
		{"no escaping", access.Settings{"browserMessagingSocket": `ws:\localhost:8706`, "title": `考试 "a" <b>`}, `{"browserMessagingSocket":"ws:\localhost:8706","title":"考试 "a" <b>"}`},
		{"data and date", access.Settings{"examKeySalt": []byte{0, 255, 16}, "none": []byte{}, "when": time.Date(2026, 11, 23, 8, 0, 1, 0, time.UTC)},
			`{"examKeySalt":"AP8Q","none":"","when":"2026-11-23T08:00:01Z"}`},
		{"empty dictionaries", access.Settings{"a": access.Settings{}, "b": access.Settings{"c": access.Settings{}}, "d": []any{access.Settings{"z": 1, "Y": "y"}}},
			`{"d":[{"Y":"y","z":1}]}`},
	} {
		if got, want := access.ConfigKey(c.settings), sum(c.json); got != want {
			t.Errorf("%s: %s, want that of %s", c.name, got, c.json)
		}
	}
	// SHA-256 of {} and of {"allowQuit":true}, taken with sha256sum.
	if got := access.ConfigKey(access.Settings{}); got != "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" {
		t.Errorf("of nothing: %s", got)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	s := access.SEB{On: true, StartURL: "https://exam.example/?a=1&b=2", Salt: []byte("0123456789abcdef0123456789abcdef")}
	got := string(access.File(s.Settings()))
	for _, want := range []string{
		`<plist version="1.0">`, "<key>startURL</key>\n<string>https://exam.example/?a=1&amp;b=2</string>", "<key>allowQuit</key>\n<true/>",
		"<key>browserWindowWebView</key>\n<integer>3</integer>", "<key>examKeySalt</key>\n<data>MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=</data>", "<key>permittedProcesses</key>\n<array>\n</array>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the file lacks %s", want)
		}
	}
}

func TestPasses(t *testing.T) {
	t.Parallel()
	s := access.SEB{On: true, StartURL: "https://exam.example/", Salt: []byte("salt"), MoreKeys: []string{strings.Repeat("ab", 32)}}
	key := access.ConfigKey(s.Settings())
	page, path := "https://exam.example/?attempt=att-1", "/api/v1/attempts/att-1/beat"
	js := func(hash, url string) access.Proof {
		return access.Proof{Hash: hash, URL: url, Attempt: "att-1", Path: path}
	}
	header := func(hash, path string) access.Proof { return access.Proof{Header: hash, Path: path, Attempt: "att-1"} }
	for _, c := range []struct {
		name string
		p    access.Proof
		want bool
	}{
		{"script", js(sum(page+key), page), true},
		{"script, capital letters", js(strings.ToUpper(sum(page+key)), page), true},
		{"script, with fragment", js(sum(page+key), page+"#x"), true},
		{"script, another key of ours", js(sum(page+strings.Repeat("ab", 32)), page), true},
		{"script, other settings", js(sum(page+strings.Repeat("cd", 32)), page), false},
		{"script, another's page", js(sum("https://exam.example/?attempt=att-2"+key), "https://exam.example/?attempt=att-2"), false},
		{"script, another host", js(sum("https://evil.example/?attempt=att-1"+key), "https://evil.example/?attempt=att-1"), false},
		{"script, hash of another URL", js(sum("https://exam.example/"+key), page), false},
		{"header", header(sum("https://exam.example"+path+key), path), true},
		{"header, with a query", header(sum("https://exam.example"+path+"?a=1&b=2"+key), path+"?a=1&b=2"), true},
		{"header of the same without its query", header(sum("https://exam.example"+path+key), path+"?a=1"), false},
		{"header of another request", header(sum("https://exam.example/api/v1/attempts/att-1/enter"+key), path), false},
		{"header of another attempt", access.Proof{Header: sum("https://exam.example" + path + key), Path: path, Attempt: "att-2"}, false},
		{"nothing", access.Proof{Attempt: "att-1", Path: path}, false},
	} {
		if got := s.Passes(c.p); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	s.On = false
	if !s.Passes(access.Proof{}) {
		t.Error("a sitting that asks for none refused")
	}
}

func TestInside(t *testing.T) {
	t.Parallel()
	prefix := func(text string) netip.Prefix {
		p, err := access.ParseRange(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return p
	}
	r := access.Rules{Ranges: []access.Range{{Room: "01", Prefix: prefix("10.3.1.7/24")}, {Room: "01", Prefix: prefix("fd00::/8")}, {Prefix: prefix("192.168.0.9")}, {Room: "03", Prefix: prefix("::ffff:10.4.0.0/112")}}}
	for _, c := range []struct {
		room, addr string
		want       bool
	}{
		{"01", "10.3.1.200", true}, {"01", "::ffff:10.3.1.9", true}, {"01", "fd12::1", true}, {"01", "10.3.2.1", false}, {"01", "192.168.0.9", false},
		{"02", "192.168.0.9", true}, {"02", "10.3.1.7", false},
		{"03", "10.4.0.9", true}, {"03", "10.5.0.9", false}, {"03", "::ffff:10.4.0.9", true},
	} {
		if got := r.Inside(c.room, netip.MustParseAddr(c.addr)); got != c.want {
			t.Errorf("room %s, %s: %v, want %v", c.room, c.addr, got, c.want)
		}
	}
	if !(&access.Rules{}).Inside("01", netip.MustParseAddr("1.2.3.4")) {
		t.Error("without ranges, all may")
	}
	for _, bad := range []string{"", "10.3.1", "10.3.1.0/33", "example", "fe80::1%eth0"} {
		if _, err := access.ParseRange(bad); !errors.Is(err, access.ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

type memory struct{ rules map[sitting.ID]access.Rules }

func (m memory) Rules(_ context.Context, id sitting.ID) (access.Rules, error) {
	r, ok := m.rules[id]
	if !ok {
		return r, access.ErrNotFound
	}
	return r, nil
}
func (m memory) PutRules(_ context.Context, r access.Rules) (access.Rules, error) {
	r.Version++
	m.rules[r.Sitting] = r
	return r, nil
}

type state sitting.State

func (s state) Sitting(context.Context, sitting.ID) (sitting.Sitting, error) {
	return sitting.Sitting{State: sitting.State(s)}, nil
}

type taken struct{ all []audit.Event }

func (r *taken) Record(_ context.Context, e audit.Event) error { r.all = append(r.all, e); return nil }

type still struct{}

func (still) Now() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }

func TestSet(t *testing.T) {
	t.Parallel()
	rec := &taken{}
	d := &access.Desk{Store: memory{map[sitting.ID]access.Rules{}}, Sittings: state(sitting.Open), Audit: rec, Clock: still{}}
	password := "quit"
	w := access.Wish{Sitting: "s", Outside: access.Refuse, Code: true, FullScreen: true, SEB: true, StartURL: "https://exam.example/", QuitPassword: &password, By: "a"}
	one, err := d.Set(t.Context(), w)
	if err != nil || one.Version != 1 || len(one.Code) != 6 || one.SEB.QuitHash != sum("quit") || len(one.SEB.Salt) != 32 {
		t.Fatalf("first: %+v, %v", one, err)
	}
	if len(rec.all) == 0 || rec.all[0].Act != "access.set" || strings.Contains(fmt.Sprint(rec.all), one.Code) {
		t.Errorf("recorded: %+v", rec.all)
	}
	w.Version, w.QuitPassword = 1, nil
	two, err := d.Set(t.Context(), w)
	if err != nil || two.Code != one.Code || two.SEB.QuitHash != one.SEB.QuitHash || string(two.SEB.Salt) != string(one.SEB.Salt) {
		t.Errorf("the same again: %+v, %v", two, err)
	}
	if !two.Fits(" "+one.Code) || two.Fits("") || two.Fits("1") {
		t.Error("the code does not fit as it should")
	}
	if _, err := d.Set(t.Context(), w); !errors.Is(err, access.ErrConflict) {
		t.Errorf("an old version: %v", err)
	}
	w.Version = 2
	for field, change := range map[string]func(*access.Wish){
		"/seb/startUrl":   func(w *access.Wish) { w.StartURL = "exam.example" },
		"/seb/moreKeys/0": func(w *access.Wish) { w.MoreKeys = []string{"xyz"} },
		"/outside":        func(w *access.Wish) { w.Outside = "" },
	} {
		bad := w
		change(&bad)
		var f *access.FieldError
		if _, err := d.Set(t.Context(), bad); !errors.As(err, &f) || f.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	d.Sittings = state(sitting.Closed)
	if _, err := d.Set(t.Context(), w); !errors.Is(err, access.ErrState) {
		t.Errorf("after the end: %v", err)
	}
}

// TestRooms lets the networks of rooms count where the rules name none of their
// own.
func TestRooms(t *testing.T) {
	t.Parallel()
	net := func(room, s string) access.Range { return access.Range{room, netip.MustParsePrefix(s)} }
	r := access.Rules{Ranges: []access.Range{net("02", "10.9.0.0/16"), net("", "192.168.0.0/16")}, Rooms: []access.Range{net("01", "10.1.0.0/16"), net("02", "10.2.0.0/16")}}
	for _, c := range []struct {
		room, addr string
		want       bool
	}{
		{"01", "10.1.0.5", true}, {"01", "192.168.0.5", false}, {"02", "10.9.0.5", true}, {"02", "10.2.0.5", false}, {"03", "192.168.0.5", true}, {"03", "10.1.0.5", false},
	} {
		if got := r.Inside(c.room, netip.MustParseAddr(c.addr)); got != c.want {
			t.Errorf("%s at %s: inside = %v", c.room, c.addr, got)
		}
	}
	if empty := (&access.Rules{}); empty.Limits() || !r.Limits() {
		t.Error("Limits")
	}
}
