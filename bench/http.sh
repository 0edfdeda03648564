#!/usr/bin/env bash
# Requests a second over HTTP, with wrk beside the service on the same machine:
#
#   make demo            # once, for the city; stop it when it is on the map
#   bench/http.sh
#
# prints a row for each address: requests a second, and the median and 99th
# percentile of the latency. DATA is the folder of the private database, JINGWEI the
# program.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v wrk >/dev/null || { echo 'bench/http.sh: needs wrk (Debian: apt-get install wrk)' >&2; exit 1; }

program=${JINGWEI:-bin/jingwei} data=${DATA:-.jingwei} addr=127.0.0.1:18090
seconds=${SECONDS_EACH:-5}
work=$(mktemp -d)
token=$("$program" --data "$data" token create --role admin --name bench 2>"$work/token")
id=$(grep -o '[0-9][0-9]*' "$work/token" | head -n 1)
"$program" --data "$data" serve --addr "$addr" 2>"$work/serve" &
server=$!
trap 'kill -INT $server; wait $server || true; "$program" --data "$data" token revoke "$id" 2>/dev/null; rm -r "$work"' EXIT
until curl -sf "http://$addr/readyz" >/dev/null; do kill -0 $server || { cat "$work/serve" >&2; exit 1; }; sleep 0.2; done

quiet() { # until the tiles are warm: processor time in hundredths of a second
	local before after
	after=$(awk '{ print $14 + $15 }' "/proc/$server/stat")
	for _ in $(seq 60); do
		before=$after; sleep 1; after=$(awk '{ print $14 + $15 }' "/proc/$server/stat")
		[ $((after - before)) -gt 20 ] || return 0
	done
}

# measure NAME REQUEST: the request is Lua that gives method, path, headers and body.
measure() {
	cat >"$work/wrk.lua" <<-LUA
		local n, auth = 0, { Authorization = "Bearer $token" }
		local function uuid()
		  return string.format("%08x-%04x-7%03x-8%03x-%012x", 0x019a0000 + math.random(0xffff), math.random(0xffff), math.random(0xfff), math.random(0xfff), math.random(0xffffffff) * 0x10000 + math.random(0xffff))
		end
		local function with(name, value) return { Authorization = auth.Authorization, [name] = value } end
		local function place() return 120.5 + math.random() * 0.9, 31.95 + math.random() * 0.5 end
		local function year() -- another one each time: the first 60 million differ
		  local from = 1640995200 + n * 1000003 % (2 * 31536000) -- in 2022 or 2023
		  return os.date('!from=%Y-%m-%dT%H:%M:%SZ', from) .. os.date('!&to=%Y-%m-%dT%H:%M:%SZ', from + 31536000)
		end
		init = function() math.randomseed(os.time()) end
		request = function() n = n + 1; $2 end
	LUA
	wrk -t1 -c"${3:-16}" -d"$seconds" --latency -s "$work/wrk.lua" "http://$addr" >"$work/out"
	awk -v name="$1" '/50%/ { p50 = $2 } /99%/ { p99 = $2 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = " (" $0 ")" }
		END { printf "| %s | %.0f | %s | %s |%s\n", name, rate, p50, p99, bad }' "$work/out"
}

get() { echo "return wrk.format('GET', '$1', ${2:-auth})"; }
anew() { echo "return wrk.format('GET', '$1?' .. year(), auth)"; }

centre=14/13699/6653.mvt
tag=$(curl -sf -H "Authorization: Bearer $token" -o "$work/tile" -D - "http://$addr/tiles/areas/$centre" | sed -n 's/\r$//; s/^[Ee][Tt]ag: //p')
code=$(curl -s -H "Authorization: Bearer $token" -H "If-None-Match: $tag" -o "$work/tile" -w '%{http_code}' "http://$addr/tiles/areas/$centre")
[ "$code" = 304 ] || { echo "bench/http.sh: $code for a tile that is there already, want 304" >&2; exit 1; }

quiet
echo '| | requests a second | p50 | p99 |'
echo '|---|---|---|---|'
measure 'GET /v1/locate, another place each time' "local x, y = place(); return wrk.format('GET', string.format('/v1/locate?lon=%.6f&lat=%.6f', x, y), auth)"
measure 'areas tile, micro-grids of a city centre' "$(get /tiles/areas/$centre)"
measure 'areas tile, to who takes no gzip' "$(get /tiles/areas/$centre "with('Accept-Encoding', 'identity')")"
measure 'areas tile, to who has it already (304)' "$(get /tiles/areas/$centre "with('If-None-Match', '$tag')")"
measure 'areas tile, another window each time' "$(anew /tiles/areas/$centre)"
measure 'bins tile over the whole city' "$(get /tiles/bins/7/106/51.mvt)"
measure 'bins tile over the whole city, another window each time' "$(anew /tiles/bins/7/106/51.mvt)"
measure 'bins tile of a city centre, another window each time' "$(anew /tiles/bins/$centre)"
measure 'reports tile' "$(get /tiles/reports/$centre)"
measure 'reports tile over the whole city, another window each time' "$(anew /tiles/reports/7/106/51.mvt)"
measure 'reports tile, another window each time' "$(anew /tiles/reports/$centre)"
measure 'a tile outside the territory (204)' "$(get /tiles/areas/14/100/100.mvt)"
measure 'PUT /v1/reports/{uuid}, durable' "local x, y = place(); return wrk.format('PUT', '/v1/reports/' .. uuid(), with('Content-Type', 'application/json'), string.format('{\"position\":[%.6f,%.6f],\"accuracy\":15,\"matter\":\"010101\",\"text\":\"路灯不亮\"}', x, y))" 128
