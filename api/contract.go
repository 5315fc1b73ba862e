package api

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"gongyuan/engine/people"
)

//go:embed openapi.yaml
var contractSource []byte

// octets is the type of bodies that are bytes.
const octets = "application/octet-stream"

// operation is what the contract says of one route.
type operation struct {
	id     string
	anyone bool // may be called without signing in
	own    bool // about the own account
	roles  map[people.Role]bool
	body   *openapi3.Schema // of a JSON body; nil where there is none
	bytes  bool             // the body is bytes
}

// loadContract reads the routes out of the contract, keyed by method and Fiber
// path. A route without x-roles gets none, so nobody may call it. Both are
// shared and not to be changed: reading them takes half a second.
func loadContract() (map[string]operation, *openapi3.T, error) {
	c, err := contractOnce()
	return c.routes, c.doc, err
}

type readContract struct {
	routes map[string]operation
	doc    *openapi3.T
}

var contractOnce = sync.OnceValues(func() (readContract, error) {
	routes, doc, err := parseContract()
	return readContract{routes, doc}, err
})

func parseContract() (map[string]operation, *openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromData(contractSource)
	if err != nil {
		return nil, nil, fmt.Errorf("api: openapi.yaml: %w", err)
	}
	routes := map[string]operation{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			o := operation{id: op.OperationID, own: strings.HasPrefix(path, "/api/v1/me"), roles: map[people.Role]bool{}}
			for _, role := range rolesOf(op) {
				if role == "anyone" {
					o.anyone = true
				}
				o.roles[people.Role(role)] = true
			}
			if op.RequestBody != nil {
				o.bytes = op.RequestBody.Value.Content.Get(octets) != nil
				if !o.bytes {
					o.body = op.RequestBody.Value.Content.Get("application/json").Schema.Value
				}
			}
			routes[method+" "+fiberPath(path)] = o
		}
	}
	return routes, doc, nil
}

func rolesOf(op *openapi3.Operation) []string {
	list, _ := op.Extensions["x-roles"].([]any)
	roles := make([]string, 0, len(list))
	for _, r := range list {
		if s, ok := r.(string); ok {
			roles = append(roles, s)
		}
	}
	return roles
}

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

func fiberPath(path string) string { return pathParameter.ReplaceAllString(path, ":$1") }

// pointer joins the parts of a JSON pointer (RFC 6901).
func pointer(parts []string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/")
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(p))
	}
	return b.String()
}
