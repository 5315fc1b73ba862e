//go:build unix

package proof

import (
	"io"
	"net"
	"slices"
	"sync"
	"testing"
)

// balancer hands connections to the copies of the program in turn, so that the
// pages of one exam, and the requests of one page, are spread over them.
type balancer struct {
	listener net.Listener

	mu      sync.Mutex
	targets []string
	next    int
}

func newBalancer(t *testing.T) *balancer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	b := &balancer{listener: listener}
	go b.serve()
	return b
}

func (b *balancer) address() string { return b.listener.Addr().String() }

func (b *balancer) add(target string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.targets = append(b.targets, target)
}

func (b *balancer) remove(target string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.targets = slices.DeleteFunc(b.targets, func(t string) bool { return t == target })
}

func (b *balancer) serve() {
	for {
		client, err := b.listener.Accept()
		if err != nil {
			return
		}
		go b.join(client)
	}
}

// join connects a client with a copy, or hangs up where none is there.
func (b *balancer) join(client net.Conn) {
	defer client.Close()
	b.mu.Lock()
	tries := len(b.targets)
	b.mu.Unlock()
	for range tries {
		server, err := net.Dial("tcp", b.pick())
		if err != nil {
			continue
		}
		defer server.Close()
		go func() {
			_, _ = io.Copy(server, client)
			server.Close()
		}()
		_, _ = io.Copy(client, server)
		return
	}
}

func (b *balancer) pick() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.targets) == 0 {
		return ""
	}
	b.next++
	return b.targets[b.next%len(b.targets)]
}
