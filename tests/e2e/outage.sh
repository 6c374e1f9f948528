#!/bin/sh
# SPDX-License-Identifier: ISC
# When the way out is closed it is our network that is down. (That names which
# are not found mean the same is for t_queue.c: it takes no resolver to test.)
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

AKIN_FETCH_PROXY=http://127.0.0.1:9 # where nobody listens
export AKIN_FETCH_PROXY

{
	echo '<opml version="2.0"><head><title>t</title></head><body>'
	for i in 1 2 3 4 5 6; do
		echo "<outline type=\"rss\" xmlUrl=\"http://s$i.example/f\"/>"
	done
	echo '</body></opml>'
} >"$work/feeds.opml"
"$akin" -q import "$work/feeds.opml"
run "$akin" sync
check 'sync exits 69' is 69 "$status"
check 'and says so in one line' one_line "$work/err"
check 'that names the network' has "$work/err" 'network is down: 6 feeds wait'
run "$akin" feeds --problems
check 'no feed is blamed' is "" "$(cat "$work/out")"
run "$akin" feeds --json
check 'no counter moves' is 6 "$(grep -c '"errors":0,' "$work/out")"
run "$akin" why-next 1
check 'why-next names it' has "$work/out" '^our own network was down'
: >"$work/err"
run "$akin" sync
check 'they are not asked again at once' is 0 "$status"
finish
