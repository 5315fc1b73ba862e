package live

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// requestTimeout bounds one request, well above what the program allows itself.
const requestTimeout = 30 * time.Second

// conn is one browser's connection, kept alive. It does no more than these
// figures need, so that the load costs little beside what it measures: requests
// are bytes made beforehand, and of a reply it looks at the status, the length
// and Retry-After. It belongs to one goroutine.
type conn struct {
	address string
	net     net.Conn
	in      *bufio.Reader
	out     []byte // the request, used again
	body    []byte // the reply's, used again
}

// answer is a reply. Its body is overwritten by the next request.
type answer struct {
	status     int
	body       []byte
	retryAfter time.Duration
}

func newConn(address string) *conn { return &conn{address: address} }

func (c *conn) close() {
	if c.net != nil {
		_ = c.net.Close() // nothing is lost with it
		c.net = nil
	}
}

// connect dials unless it is connected.
func (c *conn) connect() error {
	if c.net != nil {
		return nil
	}
	n, err := net.DialTimeout("tcp", c.address, 5*time.Second)
	if err != nil {
		return err
	}
	c.net = n
	if c.in == nil {
		c.in = bufio.NewReaderSize(n, 2048)
	}
	c.in.Reset(n)
	return nil
}

// send sends head, which ends before its Content-Length's value, and the body.
// A connection that failed is not used again.
func (c *conn) send(head string, body []byte) (answer, error) {
	c.out = append(c.out[:0], head...)
	c.out = strconv.AppendInt(c.out, int64(len(body)), 10)
	c.out = append(c.out, "\r\n\r\n"...)
	c.out = append(c.out, body...)
	if err := c.connect(); err != nil {
		return answer{}, err
	}
	a, err := c.exchange()
	if err != nil {
		c.close()
	}
	return a, err
}

func (c *conn) exchange() (answer, error) {
	if err := c.net.SetDeadline(time.Now().Add(requestTimeout)); err != nil {
		return answer{}, err
	}
	if _, err := c.net.Write(c.out); err != nil {
		return answer{}, err
	}
	return c.read()
}

// read reads one reply.
func (c *conn) read() (answer, error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return answer{}, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return answer{}, fmt.Errorf("not a reply: %q", line)
	}
	var a answer
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return a, fmt.Errorf("not a reply: %w", err)
	}
	length := -1
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return a, err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			break
		}
		if value, ok := header(line, "content-length:"); ok {
			if length, err = strconv.Atoi(value); err != nil {
				return a, fmt.Errorf("content length: %w", err)
			}
		} else if value, ok := header(line, "retry-after:"); ok {
			if seconds, err := strconv.Atoi(value); err == nil {
				a.retryAfter = time.Duration(seconds) * time.Second
			}
		}
	}
	if length < 0 {
		return a, errors.New("a reply without a length")
	}
	if cap(c.body) < length {
		c.body = make([]byte, length)
	}
	a.body = c.body[:length]
	_, err = io.ReadFull(c.in, a.body)
	return a, err
}

// header returns the value where the line is that header. name is in lower case.
func header(line []byte, name string) (string, bool) {
	if len(line) < len(name) || !bytes.EqualFold(line[:len(name)], []byte(name)) {
		return "", false
	}
	return string(bytes.TrimSpace(line[len(name):])), true
}

// number finds an integer in a JSON object by its name, without reading the
// rest. It returns -1 where there is none.
func number(body []byte, name string) int64 {
	_, rest, ok := bytes.Cut(body, []byte(`"`+name+`":`))
	if !ok {
		return -1
	}
	end := bytes.IndexAny(rest, ",}")
	if end < 0 {
		return -1
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(rest[:end])), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// sleepUntil waits, and returns the error of a context that ends.
func sleepUntil(ctx context.Context, at time.Time) error {
	d := time.Until(at)
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
