package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"time"

	"github.com/gofiber/fiber/v2"

	"gongyuan/api/contract"
	"gongyuan/engine/archive"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// archiveTime bounds the sending of one archive.
const archiveTime = 15 * time.Minute

// ListArchives lists the archives of a sitting.
func (s *server) ListArchives(ctx context.Context, r contract.ListArchivesRequestObject) (contract.ListArchivesResponseObject, error) {
	all, err := s.custody.Archives.Archives(ctx, staff(ctx), sitting.ID(r.Sitting))
	out := contract.ListArchives200JSONResponse{}
	for i := range all {
		out = append(out, s.wireArchive(ctx, &all[i]))
	}
	return out, err
}

// MakeArchive archives a sitting.
func (s *server) MakeArchive(ctx context.Context, r contract.MakeArchiveRequestObject) (contract.MakeArchiveResponseObject, error) {
	a, err := s.custody.Archives.Make(ctx, staff(ctx), sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	return contract.MakeArchive201JSONResponse(s.wireArchive(ctx, &a)), nil
}

func (s *server) wireArchive(ctx context.Context, a *archive.Archive) contract.Archive {
	return contract.Archive{
		Number: fmt.Sprint(a.Number), Size: a.Size, Sha256: a.SHA256, Key: a.Key, Signer: a.Signer, Counts: a.Counts, At: a.At, By: s.staffName(ctx, a.By),
	}
}

// CheckArchive reads an archive whole.
func (s *server) CheckArchive(ctx context.Context, r contract.CheckArchiveRequestObject) (contract.CheckArchiveResponseObject, error) {
	report, err := s.custody.Archives.Check(ctx, staff(ctx), archive.IDOf(sitting.ID(r.Sitting), r.Archive))
	if err != nil {
		return nil, err
	}
	return contract.CheckArchive200JSONResponse{Size: report.Seal.Size, Sha256: report.Seal.SHA256, Counts: report.Counts}, nil
}

// GetArchiveFile hands out the encrypted file.
func (s *server) GetArchiveFile(ctx context.Context, r contract.GetArchiveFileRequestObject) (contract.GetArchiveFileResponseObject, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), archiveTime)
	_, file, err := s.custody.Archives.Take(ctx, staff(ctx), archive.IDOf(sitting.ID(r.Sitting), r.Archive))
	if err != nil {
		cancel()
		return nil, err
	}
	return &flow{s.warnOf(ctx), "application/vnd.gongyuan.archive", func(w io.Writer) error {
		defer cancel()
		_, err := io.Copy(w, file)
		return errors.Join(err, file.Close())
	}}, nil
}

// ListArchiveRequests lists the requests to read archives of a sitting.
func (s *server) ListArchiveRequests(ctx context.Context, r contract.ListArchiveRequestsRequestObject) (contract.ListArchiveRequestsResponseObject, error) {
	all, err := s.custody.Archives.Requests(ctx, staff(ctx), sitting.ID(r.Sitting))
	out := contract.ListArchiveRequests200JSONResponse{}
	for i := range all {
		out = append(out, s.wireArchiveRequest(ctx, &all[i]))
	}
	return out, err
}

// AskForArchive asks to read an archive.
func (s *server) AskForArchive(ctx context.Context, r contract.AskForArchiveRequestObject) (contract.AskForArchiveResponseObject, error) {
	of := sitting.RegistrationID("")
	if r.Body.Registration != nil {
		of = sitting.RegistrationID(*r.Body.Registration)
	}
	q, err := s.custody.Archives.Ask(ctx, staff(ctx), archive.IDOf(sitting.ID(r.Sitting), r.Body.Archive), of, r.Body.Reason)
	if err != nil {
		return nil, err
	}
	return contract.AskForArchive201JSONResponse(s.wireArchiveRequest(ctx, &q)), nil
}

// DecideArchiveRequest approves or refuses a request.
func (s *server) DecideArchiveRequest(ctx context.Context, r contract.DecideArchiveRequestRequestObject) (contract.DecideArchiveRequestResponseObject, error) {
	why := ""
	if r.Body.Reason != nil {
		why = *r.Body.Reason
	}
	q, err := s.custody.Archives.Decide(ctx, staff(ctx), archive.RequestOf(sitting.ID(r.Sitting), r.Asking), archive.State(r.Body.Decision), why)
	if err != nil {
		return nil, err
	}
	return contract.DecideArchiveRequest200JSONResponse(s.wireArchiveRequest(ctx, &q)), nil
}

func (s *server) wireArchiveRequest(ctx context.Context, q *archive.Request) contract.ArchiveRequest {
	out := contract.ArchiveRequest{
		Id: q.ID.Short(), Archive: q.Archive.Number(), Reason: q.Why, By: s.staffName(ctx, q.By), At: q.At, State: contract.ArchiveRequestState(q.State),
		MayDecide: s.custody.Archives.MayDecide(ctx, staff(ctx), q), MayRead: s.custody.Archives.MayRead(staff(ctx), q),
	}
	if q.Registration != "" {
		id := string(q.Registration)
		out.Registration = &id
		if reg, err := s.registrations.Registration(ctx, q.Registration); err == nil {
			if known, err := s.candidates.CandidatesByID(ctx, []people.CandidateID{reg.Candidate}); err == nil {
				name := known[reg.Candidate].Name
				out.Candidate = &name
			}
		}
	}
	if q.State != archive.Asked {
		second := s.staffName(ctx, q.Second)
		out.Second, out.SecondReason, out.SecondAt = &second, &q.SecondWhy, &q.SecondAt
	}
	if q.State == archive.Approved {
		out.Until = &q.Until
	}
	return out
}

// ReadArchive shows what was approved, line by line.
func (s *server) ReadArchive(ctx context.Context, r contract.ReadArchiveRequestObject) (contract.ReadArchiveResponseObject, error) {
	open, err := s.custody.Archives.Open(ctx, staff(ctx), archive.RequestOf(sitting.ID(r.Sitting), r.Asking))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), archiveTime)
	return &flow{s.warnOf(ctx), "application/jsonl", func(w io.Writer) error {
		defer cancel()
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return open.Lines(ctx, func(l archive.Line) error { return e.Encode(l) })
	}}, nil
}

// warnOf returns what notes that an answer was cut off.
func (s *server) warnOf(ctx context.Context) func(error) {
	request := callOf(ctx).requestID
	return func(err error) { s.log.Warn("an archive was cut off", "request", request, "error", err) }
}

// flow is an answer that is sent while it is read, however long that takes: like
// stream it takes the connection over. One that was cut off lacks the last
// chunk, which every reader notices.
type flow struct {
	warn  func(error)
	kind  string
	write func(io.Writer) error
}

func (f *flow) visit(c *fiber.Ctx) error {
	c.Context().HijackSetNoResponse(true)
	c.Context().Hijack(f.serve)
	return nil
}

// VisitGetArchiveFileResponse implements contract.GetArchiveFileResponseObject.
func (f *flow) VisitGetArchiveFileResponse(c *fiber.Ctx) error { return f.visit(c) }

// VisitReadArchiveResponse implements contract.ReadArchiveResponseObject.
func (f *flow) VisitReadArchiveResponse(c *fiber.Ctx) error { return f.visit(c) }

func (f *flow) serve(conn net.Conn) {
	err := write(conn, "HTTP/1.1 200 OK\r\nContent-Type: "+f.kind+"\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"+
		"X-Content-Type-Options: nosniff\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
	chunks := httputil.NewChunkedWriter(patient{conn})
	if err = errors.Join(err, f.write(chunks)); err == nil {
		if err = chunks.Close(); err == nil {
			err = write(conn, "\r\n")
		}
	}
	if err != nil {
		f.warn(err)
	}
}
