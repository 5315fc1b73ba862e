package api

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// proxies are those between the clients and here.
type proxies struct {
	header string         // in which they say whose request they pass on; empty for none
	known  []netip.Prefix // whose word counts
}

func (p *proxies) has(a netip.Addr) bool {
	return slices.ContainsFunc(p.known, func(x netip.Prefix) bool { return x.Contains(a) })
}

// client is the address that a request came from: that of the connection, or
// where it is a known proxy's, what the proxy says. Each proxy adds the address
// that it saw at the end, so the last one that is no proxy's counts: what stands
// before it, the client can have written itself.
func (p *proxies) client(connection netip.Addr, said []string) netip.Addr {
	if p.header == "" || !p.has(connection) {
		return connection
	}
	for _, text := range slices.Backward(strings.Split(strings.Join(said, ","), ",")) {
		a, ok := addressIn(text)
		if !ok {
			return connection
		}
		if connection = a; !p.has(a) {
			break
		}
	}
	return connection
}

// addressIn reads an address, which may come with a port.
func addressIn(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		with, perr := netip.ParseAddrPort(text)
		a, err = with.Addr(), perr
	}
	return a.Unmap().WithZone(""), err == nil
}

func (s *server) addressOf(c *fiber.Ctx) string {
	connection, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if !ok {
		return ""
	}
	var said []string
	for _, line := range c.Request().Header.PeekAll(s.proxies.header) {
		said = append(said, string(line))
	}
	return s.proxies.client(connection.Unmap(), said).String()
}
