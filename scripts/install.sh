#!/bin/sh
# Installs what the machine lacks for a target of the Makefile, from the packages
# of Debian or Ubuntu; elsewhere says what is missing. Quick when nothing is.
#
# usage: scripts/install.sh build|demo|test|lint
set -eu
cd "$(dirname "$0")/.."

min_go=21           # of go 1.x: from it on, go fetches the version go.mod names
min_node='20.19'    # for Vite
min_postgres=15
node_version='22'   # the one we fetch where the system's is too old
pyogrio='0.13.0'    # has a GDAL in it
tools="$PWD/bin/tools"
createcluster=/etc/postgresql-common/createcluster.d/jingwei.conf

say() { echo "install: $*" >&2; }
die() { say "$@"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# at_least VERSION MAJOR.MINOR
at_least() {
	major=${1%%.*} rest=${1#*.}
	minor=${rest%%.*}
	[ "$major" -gt "${2%%.*}" ] || { [ "$major" -eq "${2%%.*}" ] && [ "$minor" -ge "${2#*.}" ]; }
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif has sudo; then
		sudo "$@"
	else
		die "as root, run: $*"
	fi
}

has_go() {
	has go || return 1
	version=$(go env GOVERSION)
	minor=${version#go1.}
	[ "${minor%%.*}" -ge "$min_go" ]
}

# has_postgis looks where store/localpg does.
has_postgis() {
	for control in /usr/share/postgresql/*/extension/postgis.control; do
		[ -e "$control" ] || continue
		version=${control#/usr/share/postgresql/}
		version=${version%%/*}
		[ "$version" -ge "$min_postgres" ] && [ -x "/usr/lib/postgresql/$version/bin/postgres" ] && return 0
	done
	for control in \
		/usr/pgsql-*/share/extension/postgis.control \
		/usr/share/pgsql/extension/postgis.control \
		/usr/share/postgresql[0-9]*/extension/postgis.control \
		/opt/homebrew/share/postgresql*/extension/postgis.control \
		/usr/local/share/postgresql*/extension/postgis.control \
		"$(pg_config --sharedir 2>/dev/null)/extension/postgis.control"; do
		[ -e "$control" ] && return 0
	done
	return 1
}

has_node() {
	has node && has npm && node=$(node --version) && at_least "${node#v}" "$min_node"
}

has_own_node() { [ -x "$tools/node_modules/.bin/node" ]; }

has_chromium() { has chromium || has chromium-browser || has google-chrome; }

has_chinese_font() {
	[ -e /usr/share/fonts/truetype/wqy/wqy-microhei.ttc ] || { has fc-list && [ -n "$(fc-list :lang=zh family)" ]; }
}

has_venv() { has python3 && python3 -c 'import ensurepip' 2>/dev/null; }

# postgis_package is the newest version that apt knows, or that of a server that
# is already there.
postgis_package() {
	known=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | sed 's/^postgresql-\([0-9]*\)-.*/\1/' | sort -n)
	best=
	for version in $known; do
		[ "$version" -ge "$min_postgres" ] && best=$version
	done
	for version in $known; do
		[ "$version" -ge "$min_postgres" ] && [ -x "/usr/lib/postgresql/$version/bin/postgres" ] && best=$version
	done
	[ -n "$best" ] || die "this system has no PostgreSQL >= $min_postgres with PostGIS; add the packages of https://apt.postgresql.org"
	echo "postgresql-$best-postgis-3"
}

# available PACKAGE: Ubuntu, say, has no chromium outside of snap.
available() { [ -n "$(apt-cache madison "$1" 2>/dev/null)" ]; }

apt_get() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >&2
}

# no_system_cluster keeps Debian's package from starting a server of its own.
no_system_cluster() {
	as_root mkdir -p "${createcluster%/*}"
	echo 'create_main_cluster = false' | as_root tee "$createcluster" >/dev/null
	trap 'as_root rm -f "$createcluster"' EXIT
}

# install_packages NEED...: needs are postgis, node, chromium, font, gdal, venv.
install_packages() {
	has apt-get || die "please install, then try again: $(describe "$@")"
	say "installing $(describe "$@")"
	apt_get update || say 'the package lists are not up to date'
	packages=
	for need in "$@"; do
		case $need in
		postgis) packages="$packages $(postgis_package)" && no_system_cluster ;;
		node) packages="$packages $(node_packages)" ;;
		chromium) if available chromium; then packages="$packages chromium"; else say 'no package of Chromium here: the tests of the pages in a browser are left out'; fi ;;
		font) packages="$packages fonts-wqy-microhei" ;;
		gdal) packages="$packages gdal-bin" ;;
		venv) packages="$packages python3-venv" ;;
		esac
	done
	# shellcheck disable=SC2086 # a list
	[ -z "$packages" ] || apt_get install -y --no-install-recommends $packages
}

node_packages() {
	has node || echo nodejs
	has npm || { available npm && echo npm; }
}

describe() {
	text=
	for need in "$@"; do
		case $need in
		postgis) what="PostgreSQL $min_postgres or newer with PostGIS 3.3 or newer" ;;
		node) what="Node.js $min_node or newer with npm" ;;
		chromium) what='Chromium (chromium, or google-chrome)' ;;
		font) what='a Chinese font (WenQuanYi Micro Hei)' ;;
		gdal) what='GDAL (ogr2ogr)' ;;
		venv) what='Python 3 with venv' ;;
		esac
		text="$text${text:+; }$what"
	done
	echo "$text"
}

# own_node fetches Node.js from npm's packages, for Debian 12 has only 18.
own_node() {
	platform=$(node -p 'process.platform + "-" + process.arch')
	say "Node.js $(node --version) is older than $min_node: fetching $node_version into bin/tools"
	npm install --loglevel=error --no-audit --no-fund --prefix "$tools" "node-$platform@$node_version" npm@11 >&2
	has_own_node || die "please install Node.js $min_node or newer"
}

# own_gdal fetches a GDAL that reads vector tiles of OGC API: Debian 12's does not.
own_gdal() {
	[ -e "$tools/gdal/.pyogrio-$pyogrio" ] && return
	say "fetching pyogrio $pyogrio into bin/tools"
	if python3 -m venv "$tools/gdal" >&2 && "$tools/gdal/bin/pip" install --quiet "pyogrio==$pyogrio" >&2; then
		touch "$tools/gdal/.pyogrio-$pyogrio"
	else
		rm -rf "$tools/gdal"
		say 'could not: the test of OGC API with GDAL is left out'
	fi
}

need() {
	missing=
	for what in "$@"; do
		case $what in
		postgis) has_postgis || missing="$missing postgis" ;;
		node) has_node || has_own_node || { has node && has npm; } || missing="$missing node" ;;
		chromium) has_chromium || missing="$missing chromium" ;;
		font) has_chinese_font || missing="$missing font" ;;
		gdal) has ogr2ogr || missing="$missing gdal" ;;
		venv) has_venv || missing="$missing venv" ;;
		esac
	done
	# shellcheck disable=SC2086 # a list
	[ -z "$missing" ] || install_packages $missing
	case " $* " in *' node '*) has_node || has_own_node || own_node ;; esac
}

has_go || die "please install Go 1.26 or newer: https://go.dev/dl/"
case ${1-} in
build) need node ;;
demo) need node postgis ;;
test) need node postgis chromium font gdal venv && own_gdal ;;
lint) scripts/lint.sh install ;;
*) die 'usage: scripts/install.sh build|demo|test|lint' ;;
esac
