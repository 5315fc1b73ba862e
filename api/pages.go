package api

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"
)

//go:embed docs.html docs.css
var docsFiles embed.FS

// docsRow is one operation on the readable page of the contract.
type docsRow struct {
	ID, Method, Path, Summary, Description, Roles string
}

// pages serves the contract, a readable page of it, and the front end.
func pages(app *fiber.App, web fs.FS, doc *openapi3.T) error {
	page, err := docsPage(doc)
	if err != nil {
		return err
	}
	app.Get("/api/openapi.yaml", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "application/yaml; charset=utf-8")
		return c.Send(contractSource)
	})
	app.Get("/api/docs.css", func(c *fiber.Ctx) error { return sendFile(c, docsFiles, "docs.css", "no-cache") })
	app.Get("/api", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		return c.Send(page)
	})
	// Assets carry a digest in their name and never change; pages always may.
	app.Get("/assets/*", func(c *fiber.Ctx) error {
		return sendFile(c, web, "assets/"+c.Params("*"), "public, max-age=31536000, immutable")
	})
	app.Get("/", func(c *fiber.Ctx) error { return sendPage(c, web, "index.html") })
	app.Get("/verify", func(c *fiber.Ctx) error { return sendPage(c, web, "verify.html") })
	app.Get("/result", func(c *fiber.Ctx) error { return sendPage(c, web, "result.html") })
	app.Get("/check", func(c *fiber.Ctx) error { return sendPage(c, web, "check.html") })
	app.Get("/enrol", func(c *fiber.Ctx) error { return sendPage(c, web, "enrol.html") })
	app.Get("/materials", func(c *fiber.Ctx) error { return sendPage(c, web, "materials.html") })
	// The service worker stands where the pages that it serves are.
	app.Get("/staff/sw.js", func(c *fiber.Ctx) error {
		c.Set("Service-Worker-Allowed", "/staff")
		return sendFile(c, web, "sw.js", "no-cache")
	})
	app.Get("/staff/icon.svg", func(c *fiber.Ctx) error { return sendFile(c, web, "icon.svg", "no-cache") })
	app.Get("/staff/app.webmanifest", func(c *fiber.Ctx) error {
		err := sendFile(c, web, "app.webmanifest", "no-cache")
		c.Set(fiber.HeaderContentType, "application/manifest+json")
		return err
	})
	app.Get("/staff", func(c *fiber.Ctx) error { return sendPage(c, web, "staff.html") })
	app.Get("/staff/*", func(c *fiber.Ctx) error { return sendPage(c, web, "staff.html") })
	return nil
}

func docsPage(doc *openapi3.T) ([]byte, error) {
	page, err := template.ParseFS(docsFiles, "docs.html")
	if err != nil {
		return nil, fmt.Errorf("api: docs.html: %w", err)
	}
	var rows []docsRow
	for p, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			rows = append(rows, docsRow{op.OperationID, method, p, op.Summary, op.Description, strings.Join(rolesOf(op), " · ")})
		}
	}
	slices.SortFunc(rows, func(a, b docsRow) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method)) })
	var out bytes.Buffer
	err = page.Execute(&out, struct {
		Title, Version, Description string
		Rows                        []docsRow
	}{doc.Info.Title, doc.Info.Version, doc.Info.Description, rows})
	if err != nil {
		return nil, fmt.Errorf("api: docs.html: %w", err)
	}
	return out.Bytes(), nil
}

const notBuilt = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>贡院</title>
<p><b>网页还没有构建。</b>请在项目目录执行 <code>make run</code>。</p>
<p lang="en"><b>The web app was not built.</b> Run <code>make run</code> in the project's folder.</p></html>`

// sendPage sends an HTML page, or says that the front end was not built.
func sendPage(c *fiber.Ctx, web fs.FS, name string) error {
	if _, err := fs.Stat(web, name); err != nil {
		c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		return c.Status(fiber.StatusServiceUnavailable).SendString(notBuilt)
	}
	return sendFile(c, web, name, "no-cache")
}

// sendFile sends a file, its gzip form where there is one and the browser
// takes it: exam rooms have slow lines.
func sendFile(c *fiber.Ctx, files fs.FS, name, cache string) error {
	if !fs.ValidPath(name) {
		return fiber.ErrNotFound
	}
	body, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) || strings.HasSuffix(name, ".gz") {
		return fiber.ErrNotFound
	} else if err != nil {
		return fmt.Errorf("api: %s: %w", name, err)
	}
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		if packed, err := fs.ReadFile(files, name+".gz"); err == nil {
			c.Set(fiber.HeaderContentEncoding, "gzip")
			body = packed
		}
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = fiber.MIMEOctetStream
	}
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderCacheControl, cache)
	return c.Send(body)
}
