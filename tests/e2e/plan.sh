#!/bin/sh
# SPDX-License-Identifier: ISC
# When a feed is asked next: by the user's interval at once, and of many feeds
# of one server never all in a row.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www"
make_feed "$work/www/a.xml" 2
start_feedd "$work/www"
AKIN_RELATE_ENABLED=no
export AKIN_RELATE_ENABLED

next() { # FEED: seconds from its last poll to the next
	"$akin" feeds --json "$1" | sed 's/.*"last_poll": *"\([^"]*\)".*"next_poll": *"\([^"]*\)".*/\1 \2/' |
		{
			read -r last upcoming
			echo $(($(date -d "$upcoming" +%s) - $(date -d "$last" +%s)))
		}
}
between() { # FROM TO N
	if [ "$3" -lt "$1" ] || [ "$3" -gt "$2" ]; then
		echo "$3 is not from $1 to $2"
		return 1
	fi
}

"$akin" add "$url/a.xml" >/dev/null
"$akin" edit --interval 12h "$url/a.xml"
check 'a longer interval holds at once' between 43200 47600 "$(next 1)"
"$akin" edit --interval 30min "$url/a.xml"
check 'so does a shorter one' between 1800 1990 "$(next 1)"
"$akin" edit --interval 1min "$url/a.xml"
check 'but never below the floor' between 900 1000 "$(next 1)"
"$akin" edit --interval 0 "$url/a.xml"
check 'without one its own rhythm is back' between 5000 20000 "$(next 1)"
run "$akin" edit --interval 400d "$url/a.xml"
check 'over a month is refused' is 2 "$status"
check 'with the reason' has "$work/err" 'at most 30 days'
run "$akin" edit --interval 30d "$url/a.xml"
check 'a month is not' is 0 "$status"
"$akin" remove "$url/a.xml"

# --- many feeds of one server
{
	echo '<opml version="2.0"><body>'
	i=0
	while [ $i -lt 40 ]; do
		make_feed "$work/www/f$i.xml" 2
		echo "<outline type=\"rss\" xmlUrl=\"$url/f$i.xml\"/>"
		i=$((i + 1))
	done
	echo '</body></opml>'
} | "$akin" -q import -
"$akin" sync
"$akin" feeds --json | grep -o '"next_poll": *"[^"]*"' | cut -d '"' -f 4 |
	while read -r at; do date -d "$at" +%s; done | sort -n >"$work/due"
check 'each has its time' is 40 "$(wc -l <"$work/due")"
# From the first to the last it is an interval; in each fifth of it a fifth.
awk '{ t[NR] = $1 } END {
	span = t[NR] - t[1]
	for (i = 1; i <= NR; i++)
		n[int((t[i] - t[1]) * 5 / (span + 1))]++
	for (i = 0; i < 5; i++)
		print n[i] + 0
	print span
}' "$work/due" >"$work/fifths"
check 'over hours' between 5000 20000 "$(tail -1 "$work/fifths")"
check 'evenly' is 5 "$(head -5 "$work/fifths" | awk '$1 >= 6 && $1 <= 10' |
	wc -l)"
finish
