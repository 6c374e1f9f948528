#!/bin/sh
# SPDX-License-Identifier: ISC
# A restart asks for nothing early, and for what is overdue without haste.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www"
start_feedd "$work/www"
make_list 4 2 ""
"$akin" import "$work/feeds.opml" >/dev/null

asked() {
	[ "$(wc -l <"$work/requests" 2>/dev/null)" = "$1" ]
}

began=$(date +%s%N)
"$akind" 2>"$work/log" &
pid=$!
pids="$pids $pid"
check 'overdue feeds are asked' wait_for asked 4
took=$((($(date +%s%N) - began) / 1000000))
check 'a second apart' test "$took" -ge 2500
check 'and the log says so' \
	has "$work/log" 'schedule overdue feeds=4 spread_ms=1000'
wait_for sh -c "[ \"\$('$akin' list --tsv | wc -l)\" = 8 ]"
check 'their articles are stored' is 8 "$(count)"
kill "$pid"
wait "$pid"

"$akind" 2>"$work/log" &
pid=$!
pids="$pids $pid"
wait_for grep -q 'main started' "$work/log"
sleep 1
check 'a restart asks for nothing early' asked 4

run "$akin" import "$work/feeds.opml"
check 'import works beside akind' has "$work/out" '^0 feeds added, 4 '
kill "$pid"
wait "$pid"
check 'akind stops well' is 0 "$?"

# --- a thousand overdue feeds: over ten minutes, and a restart goes on there
{
	echo '<opml version="2.0"><body>'
	i=0
	while [ $i -lt 1000 ]; do
		echo "<outline type=\"rss\" xmlUrl=\"$url/f1.xml?$i\"/>"
		i=$((i + 1))
	done
	echo '</body></opml>'
} >"$work/many.opml"
AKIN_DB=$work/many.db
AKIN_RELATE_ENABLED=no
export AKIN_DB AKIN_RELATE_ENABLED
"$akin" -q import "$work/many.opml"
: >"$work/requests"
some_asked() {
	[ "$(wc -l <"$work/requests")" -ge "$1" ]
}
now_ms() {
	date +%s%N | sed 's/......$//'
}

"$akind" 2>"$work/log" &
pid=$!
pids="$pids $pid"
wait_for some_asked 1
n=$(wc -l <"$work/requests")
began=$(now_ms)
wait_for some_asked $((n + 10))
took=$(($(now_ms) - began))
check 'a thousand are spread over ten minutes' \
	has "$work/log" 'schedule overdue feeds=1000 spread_ms=600'
# What was seen first may have been asked a while before.
check 'one after another' test "$took" -ge 5000
kill "$pid"
wait "$pid"
n=$("$akin" feeds --json | grep -c '"last_poll"')
check 'so a restart finds some' test "$n" -lt 1000
"$akind" 2>"$work/log" &
pid=$!
pids="$pids $pid"
wait_for grep -q 'schedule overdue' "$work/log"
check 'and spreads those anew' has "$work/log" \
	"schedule overdue feeds=$((1000 - n)) spread_ms=$((600000 / (1000 - n)))"
wait_for some_asked $((n + 6))
# But for the one that the stop cut off.
check 'none is asked twice' test "$(cut -d ' ' -f 2 "$work/requests" |
	sort | uniq -d | wc -l)" -le 1
kill "$pid"
wait "$pid"
finish
