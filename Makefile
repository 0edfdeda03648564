# demo   the generated city on a map: make demo ARGS='--reports 7801500'
# test   everything that can fail
# bench  the benchmarks
# lint   go vet, gofumpt and golangci-lint
# build  bin/jingwei with the pages in it
# Each first installs what the machine lacks (Debian, Ubuntu) or says what it is.

GO   ?= go
ARGS ?=

# Node.js where the system's is too old: install.sh puts it there.
export PATH := $(CURDIR)/bin/tools/node_modules/.bin:$(PATH)

# Git may refuse to speak of a folder that belongs to another user.
vcs := $(shell git status >/dev/null 2>&1 || echo -buildvcs=false)

.DEFAULT_GOAL := build
.PHONY: demo test bench lint build

demo:
	scripts/install.sh demo
	@$(MAKE) --no-print-directory build
	bin/jingwei demo $(ARGS)

test:
	scripts/install.sh test
	scripts/web.sh build
	scripts/lint.sh
	$(GO) test -timeout 30m ./...
	scripts/web.sh test
	@echo 'all tests passed'

bench:
	scripts/install.sh demo
	$(GO) test -timeout 60m -run '^$$' -bench . -benchmem ./...

lint:
	scripts/install.sh lint
	scripts/lint.sh

build:
	scripts/install.sh build
	scripts/web.sh build
	$(GO) build $(vcs) -o bin/jingwei ./cmd/jingwei
