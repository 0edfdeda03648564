#!/bin/sh
# go vet, gofumpt and golangci-lint; what of the last two is not there is left
# out, gofmt stands in for gofumpt. install fetches them.
#
# usage: scripts/lint.sh [install]
set -eu
cd "$(dirname "$0")/.."

gofumpt=mvdan.cc/gofumpt@v0.12.0
golangci=github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
tools="$PWD/bin/tools"
PATH="$PATH:$(go env GOPATH)/bin:$tools"

say() { echo "lint: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# has_golangci: version 1 cannot read our settings.
has_golangci() { has golangci-lint && golangci-lint version 2>/dev/null | grep -q 'version v\{0,1\}2'; }

fetch() {
	say "installing $1"
	GOBIN="$tools" go install "$1" || say "could not; going on without"
}

install() {
	has gofumpt || fetch "$gofumpt"
	has_golangci || fetch "$golangci"
}

formatted() {
	formatter=gofmt
	has gofumpt && formatter=gofumpt
	# The files of the module alone: web/node_modules has Go files too.
	files=$(find . \( -name node_modules -o -name '.?*' \) -prune -o -name '*.go' -print)
	# shellcheck disable=SC2086 # a list
	unformatted=$("$formatter" -l $files)
	[ -z "$unformatted" ] || { say "not as $formatter would have it:" && echo "$unformatted" && exit 1; }
}

lint() {
	go vet ./...
	formatted
	if has_golangci; then
		golangci-lint run ./...
	else
		say 'no golangci-lint: only go vet and the formatter ran; make lint fetches it'
	fi
}

case ${1-} in
'') lint ;;
install) install ;;
*) say 'usage: scripts/lint.sh [install]' && exit 2 ;;
esac
