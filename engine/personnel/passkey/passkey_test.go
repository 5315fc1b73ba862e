package passkey_test

import (
	"bytes"
	"errors"
	"testing"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
	"gongyuan/engine/personnel/passkey"
)

func TestNew(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://exam.example.cn": "https://exam.example.cn", "https://exam.example.cn:443/": "https://exam.example.cn", "https://exam.example.cn:8443/x": "https://exam.example.cn:8443",
		"http://localhost:8080": "http://localhost:8080", "http://127.0.0.1:8080": "http://localhost:8080", "http://[::1]:8080": "http://localhost:8080",
		"http://exam.example.cn": "", "https://10.0.0.7": "", "http://10.0.0.7": "", "": "", "exam.example.cn": "", "://": "",
	} {
		c, err := passkey.New(address, "示例")
		switch {
		case want == "" && !errors.Is(err, passkey.ErrAddress):
			t.Errorf("%q: got %v, want ErrAddress", address, err)
		case want != "" && (err != nil || c.Origin() != want):
			t.Errorf("%q: %v, %v, want %s", address, c, err, want)
		}
	}
}

const origin = "https://exam.example.cn"

var someone = &people.Account{ID: "a1", Login: "zhang", Name: "张三"}

// enrolled is a key and what the ceremony keeps of it.
func enrolled(t *testing.T, c *passkey.Ceremony, have ...personnel.Passkey) (*enginetest.SoftKey, personnel.Passkey) {
	t.Helper()
	soft := enginetest.NewSoftKey(t, origin)
	options, state, err := c.Offer(someone, have)
	if err != nil {
		t.Fatal(err)
	}
	k, err := c.Enrol(someone, state, soft.Create(t, options))
	if err != nil {
		t.Fatal(err)
	}
	return soft, k
}

func TestCeremony(t *testing.T) {
	t.Parallel()
	c, err := passkey.New(origin, "示例")
	if err != nil {
		t.Fatal(err)
	}
	soft, first := enrolled(t, c)
	other, second := enrolled(t, c, first)
	keys := []personnel.Passkey{first, second}
	ask := func(t *testing.T) ([]byte, []byte) {
		t.Helper()
		options, state, err := c.Ask(someone, keys)
		if err != nil {
			t.Fatal(err)
		}
		return options, state
	}
	refused := func(t *testing.T, want error, state, answer []byte, have []personnel.Passkey) {
		t.Helper()
		if _, err := c.Prove(someone, have, state, answer); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	t.Run("OK each of several keys", func(t *testing.T) {
		for _, k := range []*enginetest.SoftKey{soft, other} {
			options, state := ask(t)
			got, err := c.Prove(someone, keys, state, k.Get(t, options))
			if err != nil {
				t.Fatal(err)
			}
			for i := range keys {
				if keys[i].ID == got.ID {
					keys[i] = got // its counter with it
				}
			}
		}
	})
	t.Run("ErrSuspect a counter that stays behind", func(t *testing.T) {
		copied := soft.Copy()
		copied.Count--
		options, state := ask(t)
		refused(t, personnel.ErrSuspect, state, copied.Get(t, options), keys)
	})
	t.Run("ErrCode another question", func(t *testing.T) {
		options, _ := ask(t)
		_, state := ask(t)
		refused(t, personnel.ErrCode, state, soft.Get(t, options), keys)
	})
	t.Run("ErrCode another address", func(t *testing.T) {
		far := soft.Copy()
		far.Origin = "https://exam.example.cn.evil.example"
		options, state := ask(t)
		refused(t, personnel.ErrCode, state, far.Get(t, options), keys)
	})
	t.Run("ErrCode a key that was taken away since", func(t *testing.T) {
		options, state := ask(t)
		refused(t, personnel.ErrCode, state, soft.Get(t, options), keys[1:])
	})
	t.Run("ErrCode no answer at all", func(t *testing.T) {
		_, state := ask(t)
		for _, answer := range []string{"", "{}", "null", `{"id":"x","type":"public-key"}`} {
			refused(t, personnel.ErrCode, state, []byte(answer), keys)
		}
	})
	t.Run("ErrCode an offer answered elsewhere", func(t *testing.T) {
		options, state, err := c.Offer(someone, nil)
		if err != nil {
			t.Fatal(err)
		}
		far := enginetest.NewSoftKey(t, "https://evil.example")
		if _, err := c.Enrol(someone, state, far.Create(t, options)); !errors.Is(err, personnel.ErrCode) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("OK an offer leaves out the keys that are there", func(t *testing.T) {
		options, _, err := c.Offer(someone, keys)
		if err != nil || !bytes.Contains(options, []byte(first.ID)) {
			t.Errorf("%v, %s", err, options)
		}
	})
}
