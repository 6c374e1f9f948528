#!/bin/sh
# SPDX-License-Identifier: ISC
# Servers that say nothing hold up nobody else, though there are more of them
# than requests at once.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www"
make_feed "$work/www/a.xml" 2
start_feedd "$work/www"
AKIN_FETCH_CONCURRENCY=8
AKIN_FETCH_FIRST_BYTE_TIMEOUT=300
AKIN_FETCH_TIMEOUT=300
export AKIN_FETCH_CONCURRENCY AKIN_FETCH_FIRST_BYTE_TIMEOUT AKIN_FETCH_TIMEOUT
{
	echo '<opml version="2.0"><body>'
	for i in $(seq 28); do
		echo "<outline type=\"rss\" xmlUrl=\"$url/slow/300000/a.xml?$i\"/>"
	done
	for i in $(seq 10); do
		echo "<outline type=\"rss\" xmlUrl=\"$url/a.xml?$i\"/>"
	done
	echo '</body></opml>'
} | "$akin" -q import -
"$akin" sync 2>/dev/null &
pids="$pids $!"
all_well() {
	[ "$(grep -c '^GET /a.xml' "$work/requests")" = 10 ]
}
check 'whoever answers is read' wait_for all_well
check 'while the others are silent' is 0 "$(grep -c slow "$work/requests")"
finish
