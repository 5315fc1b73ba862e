package api

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"time"

	"github.com/gofiber/fiber/v2"

	"gongyuan/api/contract"
	"gongyuan/engine/batch"
	"gongyuan/engine/certificate"
	"gongyuan/engine/diploma"
)

// printTime bounds the printing of one archive: 5,000 pages on a busy machine.
const printTime = 15 * time.Minute

// valid returns the certificates of a batch that count, in the batch's order.
func (s *server) valid(ctx context.Context, id string) ([]certificate.Certificate, error) {
	b, err := s.batches.Batch(ctx, staff(ctx), batch.ID(id))
	if err != nil {
		return nil, err
	}
	issued := map[certificate.Number]certificate.Certificate{}
	for _, x := range b.Sittings {
		all, err := s.certificates.OfSitting(ctx, x)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			issued[c.Number] = c
		}
	}
	var out []certificate.Certificate
	for _, e := range b.Entries {
		if c, ok := issued[e.Number]; ok && c.State() == certificate.Valid {
			out = append(out, c)
		}
	}
	return out, nil
}

// GetBatchDocument prints the valid certificates of a batch, a page each.
func (s *server) GetBatchDocument(ctx context.Context, r contract.GetBatchDocumentRequestObject) (contract.GetBatchDocumentResponseObject, error) {
	return s.printing(ctx, r.Batch, "application/pdf", s.handouts.Diplomas.Bind)
}

// GetBatchArchive prints the valid certificates of a batch, a document each.
func (s *server) GetBatchArchive(ctx context.Context, r contract.GetBatchArchiveRequestObject) (contract.GetBatchArchiveResponseObject, error) {
	return s.printing(ctx, r.Batch, "application/zip", s.handouts.Diplomas.Archive)
}

// printer writes certificates as it makes them.
type printer func(w io.Writer, count int, at func(i int) (diploma.Sheet, error)) error

func (s *server) printing(ctx context.Context, id, kind string, print printer) (*printing, error) {
	all, err := s.valid(ctx, id)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), printTime)
	at, err := s.sheets(ctx, "certificate-batch:"+id, all)
	if err == nil { // what cannot be printed is said before anything is sent
		_, err = at(0)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return &printing{s, callOf(ctx).requestID, kind, len(all), func(w io.Writer) error {
		return print(w, len(all), func(i int) (diploma.Sheet, error) {
			if err := ctx.Err(); err != nil {
				return diploma.Sheet{}, err
			}
			return at(i)
		})
	}, cancel}, nil
}

// printing is sent while it is made: its reader knows how far it is before the
// last page is set. Like stream it takes the connection over, for a server
// gives an ordinary answer a minute. What was cut off lacks the last chunk,
// which every reader notices.
type printing struct {
	server  *server
	request string
	kind    string
	count   int
	write   func(w io.Writer) error
	cancel  context.CancelFunc
}

// VisitGetBatchArchiveResponse implements contract.GetBatchArchiveResponseObject.
func (a *printing) VisitGetBatchArchiveResponse(c *fiber.Ctx) error { return a.take(c) }

// VisitGetBatchDocumentResponse implements contract.GetBatchDocumentResponseObject.
func (a *printing) VisitGetBatchDocumentResponse(c *fiber.Ctx) error { return a.take(c) }

func (a *printing) take(c *fiber.Ctx) error {
	c.Context().HijackSetNoResponse(true)
	c.Context().Hijack(a.serve)
	return nil
}

func (a *printing) serve(conn net.Conn) {
	defer a.cancel()
	err := write(conn, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"+
		"X-Content-Type-Options: nosniff\r\nGongyuan-Documents: %d\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n", a.kind, a.count))
	if err == nil {
		chunks := httputil.NewChunkedWriter(patient{conn})
		if err = a.write(chunks); err == nil {
			if err = chunks.Close(); err == nil {
				err = write(conn, "\r\n")
			}
		}
	}
	if err != nil {
		a.server.log.Warn("printed certificates were cut off", "request", a.request, "error", err)
	}
}

// patient writes for as long as somebody reads.
type patient struct{ conn net.Conn }

// Write implements io.Writer.
func (p patient) Write(data []byte) (int, error) {
	if err := p.conn.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
		return 0, err
	}
	return p.conn.Write(data)
}

var _ io.Writer = patient{}
