#!/bin/sh
# SPDX-License-Identifier: ISC
# kill -9 at any moment of a sync loses nothing and damages nothing.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

rounds=${AKIN_KILL_ROUNDS:-20}
mkdir "$work/www"
{
	echo '<opml version="2.0"><head><title>t</title></head><body>'
	i=0
	while [ $i -lt 60 ]; do
		make_feed "$work/www/f$i.xml" 25
		echo "<outline type=\"rss\" text=\"f$i\" xmlUrl=\"@/f$i.xml\"/>"
		i=$((i + 1))
	done
	echo '</body></opml>'
} >"$work/feeds.in"
start_feedd "$work/www"
sed "s|@|$url|" "$work/feeds.in" >"$work/feeds.opml"

"$akin" import "$work/feeds.opml" >/dev/null
cp "$work/t.db" "$work/fresh.db"
"$akin" sync || echo "# the undisturbed sync failed"
whole=$(count)
check 'an undisturbed sync has every item' is 1500 "$whole"

i=0
sound=0
same=0
while [ $i -lt "$rounds" ]; do
	rm -f "$work"/t.db*
	cp "$work/fresh.db" "$work/t.db"
	"$akin" sync 2>/dev/null &
	pid=$!
	# 0 to 0.6 s, another moment each round
	sleep "0.$(((i * 37 + $$) % 60 / 10))$(((i * 37 + $$) % 10))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	"$akin" -q check >>"$work/kill.log" 2>&1 && sound=$((sound + 1))
	# What was committed is not asked for again; the rest is still due.
	"$akin" sync >>"$work/kill.log" 2>&1
	n=$(count)
	[ "$n" = "$whole" ] && same=$((same + 1))
	[ "$n" = "$whole" ] || echo "# round $i: $n articles"
	i=$((i + 1))
done
check "check is clean after each of $rounds kills" is "$rounds" "$sound"
check 'and the sync after it completes the count' is "$rounds" "$same"
finish
