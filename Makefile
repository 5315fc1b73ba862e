# 贡院 Gongyuan. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

STAMPS := .stamps
TOOLS  := .tools
WEB    := frontend/dist/index.html
LISTEN ?= 127.0.0.1:8080
DATA   ?= data
# Debian packages that the tests need; installed where root, else named.
TEST_PACKAGES := redis-server postgresql chromium-headless-shell fonts-noto-cjk
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: run
run: bin/gongyuan ## set everything up and serve the demo at http://127.0.0.1:8080
	@exec bin/gongyuan demo --listen $(LISTEN) --data $(DATA)

.PHONY: build
build: bin/gongyuan ## build bin/gongyuan with the web app inside

# The Go build decides by itself what is stale; the web app is rebuilt first.
.PHONY: bin/gongyuan
bin/gongyuan: $(WEB) | need-go
	@go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $@ ./cmd/gongyuan

WEB_SOURCES := $(shell find frontend/src frontend/scripts frontend/*.html frontend/*.ts frontend/package.json -type f 2>/dev/null)
$(WEB): $(STAMPS)/npm $(WEB_SOURCES)
	@cd frontend && npm run --silent build
	@touch $@

$(STAMPS)/npm: frontend/package-lock.json | need-node
	@cd frontend && npm ci --no-fund --no-audit --loglevel=error
	@mkdir -p $(STAMPS) && touch $@

.PHONY: need-go need-node
need-go:
	@command -v go >/dev/null || { echo "make: Go 1.26 or later is needed: install it and put it on the PATH" >&2; exit 1; }
need-node:
	@command -v npm >/dev/null || { echo "make: Node 20.19 or later with npm is needed: install it and put it on the PATH" >&2; exit 1; }

.PHONY: test
test: bin/gongyuan ## run all tests; installs what they need where root
	@go run ./cmd/testservers -packages "$(TEST_PACKAGES)" -- $(MAKE) test-with-servers

# What needs the servers: Go with the race detector and beside it, where a
# processor is free, the front end's own tests; then the browser tests against
# the real program.
.PHONY: test-with-servers test-go test-web
test-with-servers:
	@$(MAKE) -j2 test-go test-web
	@cd frontend && npm run --silent e2e

# Lint vets; nothing here is unsafe, so pointers need no check; without tables for
# a debugger the binaries link faster.
test-go:
	@go test -race -vet=off -gcflags=all=-d=checkptr=0 -ldflags "-s -w" -timeout 15m ./...

test-web:
	@cd frontend && npm run --silent fresh && npm run --silent test && npm run --silent size

.PHONY: lint lint-go lint-web
lint: need-go $(TOOLS)/staticcheck $(STAMPS)/npm ## gofmt, go vet, staticcheck, types and eslint
	@$(MAKE) -j2 lint-go lint-web

lint-go:
	@bad=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$bad" ] || { echo "not gofmt-ed:" $$bad >&2; exit 1; }
	@go vet ./...
	@$(TOOLS)/staticcheck ./...

lint-web:
	@cd frontend && npm run --silent types && npm run --silent lint

.PHONY: vuln
vuln: need-go $(TOOLS)/govulncheck ## govulncheck; needs the network for its database
	@$(TOOLS)/govulncheck ./...

# Left out is G115 alone: it doubts every conversion of a number, and ours are
# bounded where they come in. Whatever else is meant says why beside it (#nosec).
.PHONY: gosec
gosec: need-go $(TOOLS)/gosec ## gosec; building it the first time takes some minutes
	@$(TOOLS)/gosec -quiet -exclude-generated -exclude=G115 ./api ./bank/... ./engine/... ./cmd/gongyuan/...

$(TOOLS)/gosec: cmd/tools/gosec/go.mod cmd/tools/gosec/go.sum
	@go -C cmd/tools/gosec build -o $(CURDIR)/$@ github.com/securego/gosec/v2/cmd/gosec
$(TOOLS)/staticcheck: cmd/tools/go.mod cmd/tools/go.sum
	@go -C cmd/tools build -o $(CURDIR)/$@ honnef.co/go/tools/cmd/staticcheck
$(TOOLS)/govulncheck: cmd/tools/go.mod cmd/tools/go.sum
	@go -C cmd/tools build -o $(CURDIR)/$@ golang.org/x/vuln/cmd/govulncheck
$(TOOLS)/oapi-codegen: cmd/tools/go.mod cmd/tools/go.sum
	@go -C cmd/tools build -o $(CURDIR)/$@ github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen

.PHONY: generate
generate: $(TOOLS)/oapi-codegen $(STAMPS)/npm ## write again what api/openapi.yaml generates
	@cd api && ../$(TOOLS)/oapi-codegen -config codegen.yaml -o contract/contract.gen.go openapi.yaml
	@cd frontend && npm run --silent generate

# Figures to measure, by the beginnings of their IDs, and flags: all when empty.
# testservers is there to install what the figures' own servers need.
BENCH ?=
.PHONY: bench
bench: need-go ## print the figures, each with its calibration (BENCH="G4 G5", BENCH="-profile DIR G6")
	@go run ./cmd/testservers -quiet -- go run ./cmd/bench $(BENCH)

.PHONY: mutants
mutants: need-go ## break the engine on purpose; each mutant must turn a named test red
	@go run ./cmd/testservers -- go run ./cmd/mutants

DRILL_URL        ?= http://127.0.0.1:8080
DRILL_CANDIDATES ?= 50
.PHONY: drill
drill: bin/gongyuan ## synthetic candidates against a running installation (DRILL_URL, DRILL_CANDIDATES)
	@mkdir -p drill-report
	@bin/gongyuan drill --url $(DRILL_URL) --candidates $(DRILL_CANDIDATES) --faults \
	  --json drill-report/report.json --html drill-report/report.html

.PHONY: clean
clean: ## remove what was built; data stays
	@rm -rf bin $(STAMPS) $(TOOLS) drill-report frontend/node_modules frontend/dist/assets frontend/dist/fonts frontend/dist/*.html frontend/dist/*.gz
