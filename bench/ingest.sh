#!/usr/bin/env bash
# Reports coming in over HTTP, durable, with wrk and curl beside the service on the
# same machine:
#
#   make demo            # once, for the city; stop it when it is on the map
#   bench/ingest.sh
#
# prints reports a second and, as the machine may be shared, the processor time of a
# report in the service and in PostgreSQL. DATA is the folder of the private database,
# JINGWEI the program.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v wrk >/dev/null || { echo 'bench/ingest.sh: needs wrk (Debian: apt-get install wrk)' >&2; exit 1; }

program=${JINGWEI:-bin/jingwei} data=${DATA:-.jingwei} addr=127.0.0.1:18090
seconds=${SECONDS_EACH:-10} streams=4 lines=${LINES_EACH:-100000}
work=$(mktemp -d)
token=$("$program" --data "$data" token create --role admin --name bench 2>"$work/token")
id=$(grep -o '[0-9][0-9]*' "$work/token" | head -n 1)
"$program" --data "$data" serve --addr "$addr" 2>"$work/serve" &
server=$!
trap 'kill -INT $server; wait $server || true; "$program" --data "$data" token revoke "$id" 2>/dev/null; rm -r "$work"' EXIT
until curl -sf "http://$addr/readyz" >/dev/null; do kill -0 $server || { cat "$work/serve" >&2; exit 1; }; sleep 0.2; done
postmaster=$(head -n 1 "$data/cluster/data/postmaster.pid")

# Processor time in hundredths of a second: of a process; of PostgreSQL, with those
# of its processes that have ended.
of() { awk '{ print $14 + $15 }' "/proc/$1/stat" 2>/dev/null || echo 0; }
postgres() {
	local sum p
	sum=$(awk '{ print $14 + $15 + $16 + $17 }' "/proc/$postmaster/stat")
	for p in $(pgrep -P "$postmaster"); do sum=$((sum + $(of "$p"))); done
	echo "$sum"
}
quiet() { # until the tiles are warm
	local before
	for _ in $(seq 60); do before=$(of "$server"); sleep 1; [ $(($(of "$server") - before)) -gt 20 ] || return 0; done
}
row() { # NAME RATE LATENCIES REPORTS SERVICE-TICKS POSTGRES-TICKS
	echo "| $1 | $2 | $3 | $(($5 * 10000 / $4)) µs | $(($6 * 10000 / $4)) µs |"
}

quiet
echo '| | reports a second | p50, p99 | service, a report | PostgreSQL, a report |'
echo '|---|---|---|---|---|'

cat >"$work/put.lua" <<LUA
local n, start = 0, os.time() * 1000
local headers = { Authorization = "Bearer $token", ["Content-Type"] = "application/json" }
local function uuid()
  local ms = start + n
  return string.format("%08x-%04x-7%03x-8%03x-%012x", math.floor(ms / 65536), ms % 65536, math.random(0xfff), math.random(0xfff), math.random(0xffffffff) * 0x10000 + math.random(0xffff))
end
init = function() math.randomseed(os.time()) end
request = function()
  n = n + 1
  local x, y = 120.5 + math.random() * 0.9, 31.95 + math.random() * 0.5
  return wrk.format("PUT", "/v1/reports/" .. uuid(), headers, string.format('{"position":[%.6f,%.6f],"accuracy":15,"matter":"010101","text":"路灯不亮"}', x, y))
end
LUA
a=$(of "$server") b=$(postgres)
wrk -t1 -c128 -d"$seconds" --latency -s "$work/put.lua" "http://$addr" >"$work/out"
rate=$(awk '/Requests\/sec/ { printf "%.0f", $2 }' "$work/out")
row "PUT /v1/reports/{uuid}, 128 connections" "$rate" "$(awk '/ 50%/ { p = $2 } / 99%/ { print p ", " $2 }' "$work/out")" \
	"$(awk '/requests in/ { print $1 }' "$work/out")" $(($(of "$server") - a)) $(($(postgres) - b))
grep 'Non-2xx' "$work/out" || true

for i in $(seq "$streams"); do
	awk -v n="$lines" -v seed="$i" 'BEGIN { srand(seed); for (i = 0; i < n; i++)
		printf "{\"position\":[%.6f,%.6f],\"accuracy\":15,\"matter\":\"010101\",\"text\":\"路灯不亮\"}\n", 120.5 + rand() * 0.9, 31.95 + rand() * 0.5 }' >"$work/in.$i"
done
a=$(of "$server") b=$(postgres) began=$(date +%s%N) clients=()
for i in $(seq "$streams"); do
	curl -sS -X POST -H "Authorization: Bearer $token" -H 'Content-Type: application/x-ndjson' -T "$work/in.$i" "http://$addr/v1/reports" -o "$work/out.$i" &
	clients+=($!)
done
wait "${clients[@]}"
took=$(($(date +%s%N) - began)) kept=$(cat "$work"/out.[0-9]* | grep -c '"status":201')
row "POST /v1/reports, $streams streams of NDJSON" $((kept * 1000000000 / took)) '' "$kept" $(($(of "$server") - a)) $(($(postgres) - b))
