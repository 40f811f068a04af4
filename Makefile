# Everything a fresh machine needs: "make run" and "make test". Needs Go 1.26 and Node 20; the rest is fetched.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: run build test check bench screenshots clean generate

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unreleased)
BINARY  := build/fairground
BUILD   := CGO_ENABLED=0 go build -trimpath -tags nodynamic -ldflags "-s -w -X main.version=$(VERSION)"
ADDRESS ?= 127.0.0.1:8080

BROWSER_PARTS := $(shell find internal \( -name '*.css' -o -name '*.ts' -o -name '*.mjs' -o -name 'icons.txt' \) -not -path '*/dist/*' -not -path '*/node_modules/*' 2>/dev/null)

# Opens the demonstration in this terminal; Ctrl-C stops it.
run: build
	@scripts/free-port $(ADDRESS)
	@$(BINARY) demo
	@$(BINARY) serve --address $(ADDRESS)

build: build/browser-parts | build/toolchain
	$(BUILD) -o $(BINARY) ./cmd/fairground

# Runs every test; the last line is "N passed, N failed".
test: build/browser-parts | build/toolchain
	@scripts/test

# Checks the stored promises of every site in data/.
check: build
	@$(BINARY) check

# Measures this machine; "make bench ARGS='market --quick'" measures one thing.
ARGS ?= all --quick
bench: build
	@$(BINARY) bench $(ARGS)

# Takes the pictures of docs/screenshots anew. pngquant, where it is installed, makes them a third of the size.
screenshots: build/browser-parts | build/toolchain
	FAIRGROUND_SHOTS=$(CURDIR)/docs/screenshots go test -count=1 -tags nodynamic ./internal/app -run TestEveryPageInBrowser
	if command -v pngquant >/dev/null; then pngquant --force --ext .png --quality 70-95 docs/screenshots/*.png; fi

# Writes the _templ.go files anew after a change of a .templ file.
generate: | build/toolchain
	@scripts/generate

clean:
	rm -rf build node_modules
	find internal/ui/dist internal/place/dist -mindepth 1 -not -name .keep -delete

build/toolchain:
	@scripts/toolchain
	@mkdir -p build && touch $@

build/node-modules: package.json package-lock.json | build/toolchain
	npm ci --no-audit --no-fund
	@touch $@

build/browser-parts: build/node-modules $(BROWSER_PARTS)
	npm run --silent build
	@touch $@
