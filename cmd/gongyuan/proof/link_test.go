//go:build unix

package proof

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"gongyuan/engine/enginetest/servers/launch"
)

// link is a way between two processes that can be made bad.
type link struct{ proxy *toxiproxy.Proxy }

func newLink(t *testing.T, name, upstream string) *link {
	t.Helper()
	port, err := launch.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	l := &link{toxiproxy.NewProxy(server, name, fmt.Sprintf("127.0.0.1:%d", port), upstream)}
	if err := l.proxy.Start(); err != nil {
		t.Fatalf("link to %s: %v", name, err)
	}
	t.Cleanup(l.proxy.Stop)
	return l
}

func (l *link) address() string {
	l.proxy.Lock()
	defer l.proxy.Unlock()
	return l.proxy.Listen
}

// cut breaks every connection; new ones are refused until it is joined again.
func (l *link) cut() { l.proxy.Stop() }

func (l *link) join() error { return l.proxy.Start() }

// lead makes the link end elsewhere.
func (l *link) lead(upstream string) error {
	return l.proxy.Update(&toxiproxy.Proxy{Listen: l.address(), Upstream: upstream, Enabled: true})
}

// toxic is one badness of a link, by toxiproxy's names.
type toxic struct {
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Stream     string         `json:"stream"` // upstream carries requests, downstream replies
	Toxicity   float32        `json:"toxicity"`
	Attributes map[string]int `json:"attributes"`
}

// poison adds toxics and returns what takes them away.
func (l *link) poison(toxics ...toxic) (cure func() error, err error) {
	for _, x := range toxics {
		x.Name = x.Type + " " + x.Stream
		raw, err := json.Marshal(x)
		if err != nil {
			return nil, err
		}
		if _, err := l.proxy.Toxics.AddToxicJson(bytes.NewReader(raw)); err != nil {
			return nil, err
		}
	}
	return func() error {
		l.proxy.Toxics.ResetToxics(context.Background())
		return nil
	}, nil
}
