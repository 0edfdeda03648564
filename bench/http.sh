#!/usr/bin/env bash
# Requests a second over HTTP, with wrk beside the service on the same machine:
#
#   make demo            # once, for the city; stop it when it is on the map
#   bench/http.sh
#
# prints a row for each address: requests a second, and the median and 99th
# percentile of the latency.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v wrk >/dev/null || { echo 'bench/http.sh: needs wrk (Debian: apt-get install wrk)' >&2; exit 1; }

addr=127.0.0.1:18090
seconds=${SECONDS_EACH:-5}
work=$(mktemp -d)
token=$(bin/jingwei token create --role admin --name bench 2>"$work/token")
id=$(grep -o '[0-9][0-9]*' "$work/token" | head -n 1)
bin/jingwei serve --addr "$addr" 2>"$work/serve" &
server=$!
trap 'kill -INT $server; wait $server || true; bin/jingwei token revoke "$id" 2>/dev/null; rm -r "$work"' EXIT
until curl -sf "http://$addr/readyz" >/dev/null; do kill -0 $server || { cat "$work/serve" >&2; exit 1; }; sleep 0.2; done

# measure NAME REQUEST: the request is Lua that gives method, path, headers and body.
measure() {
	cat >"$work/wrk.lua" <<-LUA
		local n, auth = 0, { Authorization = "Bearer $token" }
		local function uuid()
		  return string.format("%08x-%04x-7%03x-8%03x-%012x", 0x019a0000 + math.random(0xffff), math.random(0xffff), math.random(0xfff), math.random(0xfff), math.random(0xffffffff) * 0x10000 + math.random(0xffff))
		end
		local function place() return 120.5 + math.random() * 0.9, 31.95 + math.random() * 0.5 end
		init = function() math.randomseed(os.time()) end
		request = function() n = n + 1; $2 end
	LUA
	wrk -t1 -c"${3:-16}" -d"$seconds" --latency -s "$work/wrk.lua" "http://$addr" >"$work/out"
	awk -v name="$1" '/50%/ { p50 = $2 } /99%/ { p99 = $2 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = " (" $0 ")" }
		END { printf "| %s | %.0f | %s | %s |%s\n", name, rate, p50, p99, bad }' "$work/out"
}

get() { echo "return wrk.format('GET', '$1', auth)"; }

echo '| | requests a second | p50 | p99 |'
echo '|---|---|---|---|'
measure 'GET /v1/locate, another place each time' "local x, y = place(); return wrk.format('GET', string.format('/v1/locate?lon=%.6f&lat=%.6f', x, y), auth)"
measure 'areas tile, micro-grids of a city centre' "$(get /tiles/areas/14/13699/6653.mvt)"
measure 'areas tile, another window each time' "return wrk.format('GET', '/tiles/areas/14/13699/6653.mvt?from=2025-01-01T00:00:' .. string.format('%02d', n % 60) .. 'Z&to=2026-01-01T00:' .. string.format('%02d', math.floor(n / 60) % 60) .. ':00Z', auth)"
measure 'bins tile over the whole city' "$(get /tiles/bins/7/106/51.mvt)"
measure 'reports tile' "$(get /tiles/reports/14/13699/6653.mvt)"
measure 'a tile outside the territory (204)' "$(get /tiles/areas/14/100/100.mvt)"
measure 'PUT /v1/reports/{uuid}, durable' "local x, y = place(); return wrk.format('PUT', '/v1/reports/' .. uuid(), { Authorization = auth.Authorization, ['Content-Type'] = 'application/json' }, string.format('{\"position\":[%.6f,%.6f],\"accuracy\":15,\"matter\":\"010101\",\"text\":\"路灯不亮\"}', x, y))" 128
