#!/bin/sh
# SPDX-License-Identifier: ISC
# week.sh RIG WORK [FEEDS [RUNS [STEP]]]: a simulated week of `akin sync`.
#
# RIG is the folder with genfeeds, feedserver.c and politeness; WORK keeps what
# is made. RUNS syncs, STEP seconds of akin's clock apart, over FEEDS feeds, of
# which some stand behind every way the server has to misbehave. The server's
# log is in real time; each run's part of it is moved by the offset of that run
# before it is judged: each part alone and all of it together, where chains of
# redirects repeat, so that their number says nothing.
set -eu
rig=$1 work=$2 feeds=${3:-200} runs=${4:-168} step=${5:-3600}
: "${AKIN:=./akin}" "${PORT:=22001}"
modes='404 410 451 500 503 401 403 400 204 304 206 429 429,7200 429,date:7200
503,3600 503,date:3600 redir,301,1 redir,302,3 redir,303,1 redir,307,2
redir,308,3 redirhost,302,127.9.9.9 redirurl,302,file redirurl,301,ftp
redirbad noloc loop,302 loop,301,3 delay,800 slow,400 slowhead,20 hang stall,50
close reset trunc,50 resetbody,50 lenshort,100 lenlong,100 nolen chunked
chunktrunc badchunk garbage bighead,200 endlesshead,64 huge,64 attr,8
items,5000 deep,100000 endless bomb,256 xxe laughs gziplie badgzip truncgzip
gzipalways html empty binary type,text,plain flaky,3 flaky,2,500 every,5
every,7,503 after,20,410 after,15,404 cache,7200 cookie plain'

mkdir -p "$work"
[ -x "$work/feedserver" ] || { make -s -C "$rig" BIN="$work" "$work/feedserver"; }
[ -f "$work/c$feeds/corpus.dat" ] || "$rig/genfeeds" "$work/c$feeds" \
	-n "$feeds" -m 8 -x 12 --hosts each --malformed 0 --port "$PORT"
rm -rf "$work/db" "$work/log" "$work/parts" "$work/out"
mkdir "$work/db" "$work/parts" "$work/out"

# Every mode once, spread; with many feeds more than once.
awk -v modes="$modes" -v n="$feeds" '
	BEGIN { k = split(modes, mode, /[ \n]+/); every = int(n / k / 2)
		if (every < 1) every = 1
		print "<opml version=\"2.0\"><head><title>w</title></head><body>" }
	{ if (NR % every == 0) {
		m = mode[i++ % k + 1]; match($0, /:[0-9]+\//)
		at = RSTART + RLENGTH - 1
		$0 = substr($0, 1, at - 1) "/x/" m substr($0, at) }
	  print "<outline type=\"rss\" xmlUrl=\"" $0 "\"/>" }
	END { print "</body></opml>" }' "$work/c$feeds/urls.txt" >"$work/feeds.opml"

"$work/feedserver" -q -d "$work/c$feeds" -p "$PORT" -l "$work/log" \
	--change 8 --max-seconds 7200 &
server=$!
trap 'kill $server 2>/dev/null' EXIT
ctl() { curl -s "http://127.0.0.1:$PORT/ctl/$1" >/dev/null; }
until ctl stats; do sleep 0.1; done

export AKIN_DB="$work/db/a.db" AKIN_FETCH_ALLOW=127.0.0.0/8
export AKIN_RELATE_ENABLED=${AKIN_RELATE_ENABLED:-no}
export AKIN_FETCH_CONNECT_TIMEOUT=2 AKIN_FETCH_FIRST_BYTE_TIMEOUT=2
export AKIN_FETCH_TIMEOUT=6
"$AKIN" -q import "$work/feeds.opml"
began=$(date +%s)
run=0 at=1
while [ "$run" -lt "$runs" ]; do
	AKIN_CLOCK_OFFSET=$((began + run * step - $(date +%s)))
	export AKIN_CLOCK_OFFSET
	status=0
	/usr/bin/time -q -f '%M %e' -o "$work/out/t$run" "$AKIN" sync \
		>"$work/out/o$run" 2>"$work/out/e$run" || status=$?
	[ "$status" -le 1 ] || { echo "run $run: exit $status"; exit 1; }
	ctl flush
	awk -v from="$at" -v off="$AKIN_CLOCK_OFFSET" -F'\t' '
		BEGIN { OFS = "\t" } NR < from { next } /^#/ { next }
		$6 ~ "^/ctl/" || $7 ~ "^/ctl/" { next }
		{ $1 = sprintf("%.6f", $1 + off); print }' "$work/log" \
		>"$work/parts/$run"
	at=$(($(wc -l <"$work/log") + 1))
	ctl "round?set=%2B"
	run=$((run + 1))
done
unset AKIN_CLOCK_OFFSET
cat "$work"/parts/* >"$work/week.log"
bad=0
for part in "$work"/parts/*; do
	[ -s "$part" ] || continue
	"$rig/politeness" "$part" >"$work/out/p" || {
		bad=$((bad + 1))
		echo "run ${part##*/}:"
		grep -v ^summary: "$work/out/p" | head -5
	}
done
echo "$runs runs in $(($(date +%s) - began)) s of real time," \
	"$(awk '$1 > m { m = $1 } END { print m }' "$work"/out/t*) kB at most"
echo "runs with a finding: $bad"
"$rig/politeness" --max-hops 100000 "$work/week.log"
