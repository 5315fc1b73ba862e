// Package frontend holds the built web app: the candidate page (index.html),
// the staff pages (staff.html) and their hashed assets with a gzip form beside
// each. It holds no routes; whoever serves the files decides under which
// addresses.
package frontend

import (
	"embed"
	"io/fs"
)

// The folder always holds .keep, so that the program builds before the web app
// has been.
//
//go:embed all:dist
var dist embed.FS

// FS returns the built web app with index.html at its root. In a program that
// was built without the web app it has no index.html; Built tells. It is safe
// for concurrent use.
func FS() fs.FS {
	web, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	return web
}

// Built tells whether this program holds the web app. One that does not has to
// answer for its pages with status 503 and what to do: npm ci and npm run build
// in frontend, then build the program again.
func Built() bool {
	_, err := fs.Stat(FS(), "index.html")
	return err == nil
}
