#!/bin/sh
# The pages: build makes web/dist when something changed, test checks and tests it.
#
# usage: scripts/web.sh build|test
set -eu
cd "$(dirname "$0")/../web"
PATH="$PWD/../bin/tools/node_modules/.bin:$PATH" # Node.js where the system's is too old
export PATH

hash() {
	if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi
}

packages() { { node --version && cat package.json package-lock.json; } | hash; }

sources() {
	find . \( -name node_modules -o -name dist -o -name test -o -name test-results \) -prune -o -type f ! -name '*.go' -print |
		LC_ALL=C sort | while read -r file; do echo "$file" && cat "$file"; done | hash
}

# current STAMP HASH
current() { [ -e "$1" ] && [ "$(cat "$1")" = "$2" ]; }

install() {
	now=$(packages)
	current node_modules/.packages "$now" && return
	npm ci --no-audit --no-fund
	echo "$now" >node_modules/.packages
}

build() {
	install
	now=$(packages)$(sources)
	[ -e dist/index.html ] && current node_modules/.sources "$now" && return
	npm run --silent build
	echo "$now" >node_modules/.sources
}

browser() {
	for name in chromium chromium-browser google-chrome; do
		command -v "$name" 2>/dev/null && return
	done
}

check() {
	build
	npm run --silent check
	npm test --silent
	CHROMIUM=${CHROMIUM:-$(browser)} || { echo 'web: no Chromium, so not tested in a browser' && return; }
	export CHROMIUM
	npm run --silent test:e2e
}

case ${1-} in
build) build ;;
test) check ;;
*) echo 'usage: scripts/web.sh build|test' >&2 && exit 2 ;;
esac
