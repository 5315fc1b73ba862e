package api

import (
	"net/netip"
	"testing"
)

// TestClientAddress believes a header only where a known proxy wrote it.
func TestClientAddress(t *testing.T) {
	t.Parallel()
	known := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("fd00:1::/64")}
	const header = "X-Forwarded-For"
	for _, c := range []struct {
		name, header, connection string
		said                     []string
		want                     string
	}{
		{"no proxy is configured", "", "127.0.0.1", []string{"10.3.1.5"}, "127.0.0.1"},
		{"a stranger writes the header", header, "203.0.113.9", []string{"10.3.1.5"}, "203.0.113.9"},
		{"the proxy says", header, "127.0.0.1", []string{"10.3.1.5"}, "10.3.1.5"},
		{"a client writes the header before the proxy does", header, "127.0.0.1", []string{"10.3.1.5, 203.0.113.9"}, "203.0.113.9"},
		{"in a line of its own", header, "127.0.0.1", []string{"10.3.1.5", "203.0.113.9"}, "203.0.113.9"},
		{"two proxies", header, "127.0.0.1", []string{"10.3.1.5, 203.0.113.9, 10.0.0.7"}, "203.0.113.9"},
		{"proxies only", header, "127.0.0.1", []string{"10.0.0.8, 10.0.0.7"}, "10.0.0.8"},
		{"the proxy says nothing", header, "127.0.0.1", nil, "127.0.0.1"},
		{"the proxy says what is no address", header, "127.0.0.1", []string{"10.3.1.5, unknown"}, "127.0.0.1"},
		{"IPv6", header, "fd00:1::2", []string{"2001:db8::5"}, "2001:db8::5"},
		{"IPv6 with a port", header, "fd00:1::2", []string{"[2001:db8::5]:4711"}, "2001:db8::5"},
		{"IPv4 with a port", header, "127.0.0.1", []string{"10.3.1.5:4711"}, "10.3.1.5"},
		{"IPv4 as IPv6", header, "127.0.0.1", []string{"::ffff:10.3.1.5"}, "10.3.1.5"},
	} {
		p := proxies{c.header, known}
		if got := p.client(netip.MustParseAddr(c.connection), c.said); got.String() != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
