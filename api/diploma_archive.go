package api

import (
	"bytes"
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
	all, err := s.valid(ctx, r.Batch)
	if err != nil {
		return nil, err
	}
	doc, err := s.diplomas(ctx, "certificate-batch:"+r.Batch, all)
	if err != nil {
		return nil, err
	}
	return contract.GetBatchDocument200ApplicationpdfResponse{Body: bytes.NewReader(doc), ContentLength: int64(len(doc))}, nil
}

// GetBatchArchive prints the valid certificates of a batch, a document each.
func (s *server) GetBatchArchive(ctx context.Context, r contract.GetBatchArchiveRequestObject) (contract.GetBatchArchiveResponseObject, error) {
	all, err := s.valid(ctx, r.Batch)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), printTime)
	at, err := s.sheets(ctx, "certificate-batch:"+r.Batch, all)
	if err == nil && len(all) > 0 { // what cannot be printed is said before the archive begins
		_, err = at(0)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return &bundle{s, callOf(ctx).requestID, len(all), func(i int) (diploma.Sheet, error) {
		if err := ctx.Err(); err != nil {
			return diploma.Sheet{}, err
		}
		return at(i)
	}, cancel}, nil
}

// bundle is sent while it is printed: its first documents are with the reader
// before the last are made. Like stream it takes the connection over, for a
// server gives an ordinary answer a minute. An archive that was cut off lacks
// the last chunk, which every reader notices.
type bundle struct {
	server  *server
	request string
	count   int
	at      func(i int) (diploma.Sheet, error)
	cancel  context.CancelFunc
}

// VisitGetBatchArchiveResponse implements contract.GetBatchArchiveResponseObject.
func (a *bundle) VisitGetBatchArchiveResponse(c *fiber.Ctx) error {
	c.Context().HijackSetNoResponse(true)
	c.Context().Hijack(a.serve)
	return nil
}

func (a *bundle) serve(conn net.Conn) {
	defer a.cancel()
	err := write(conn, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"+
		"X-Content-Type-Options: nosniff\r\nGongyuan-Documents: %d\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n", a.count))
	if err == nil {
		chunks := httputil.NewChunkedWriter(patient{conn})
		if err = a.server.handouts.Diplomas.Archive(chunks, a.count, a.at); err == nil {
			if err = chunks.Close(); err == nil {
				err = write(conn, "\r\n")
			}
		}
	}
	if err != nil {
		a.server.log.Warn("an archive of certificates was cut off", "request", a.request, "error", err)
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
