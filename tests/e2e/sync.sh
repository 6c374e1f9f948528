#!/bin/sh
# SPDX-License-Identifier: ISC
# The ordinary road: import, sync, sync again, changes, errors, moves.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www"
for i in 1 2 3 4 5; do
	make_feed "$work/www/f$i.xml" 10
done
printf '<html><head><title>x</title></head><body>no feed</body></html>' \
	>"$work/www/page.html"
start_feedd "$work/www"

{
	echo '<opml version="2.0"><head><title>t</title></head><body>'
	echo '<outline text="News"><outline text="Deep">'
	for i in 1 2 3 4 5; do
		echo "<outline type=\"rss\" text=\"f$i\" xmlUrl=\"$url/f$i.xml\"/>"
	done
	echo '</outline></outline></body></opml>'
} >"$work/feeds.opml"

run "$akin" import "$work/feeds.opml"
check 'import takes five feeds' has "$work/out" '^5 feeds added, 0 '
run "$akin" import - <"$work/feeds.opml"
check 'a second import adds nothing' has "$work/out" '^0 feeds added, 5 '

run "$akin" sync
check 'sync exits 0' is 0 "$status"
check 'sync says nothing when all is well' \
	is "" "$(cat "$work/out" "$work/err")"
check 'all items are there' is 50 "$(count)"
check 'every feed was asked once' is 5 "$(wc -l <"$work/requests")"
check 'the User-Agent names akin' \
	has "$work/requests" ' akin/[0-9.]+ \(\+https?://'

run "$akin" sync
check 'nothing is due yet' is 5 "$(wc -l <"$work/requests")"
run "$akin" sync --all -v
check 'a second sync adds nothing' has "$work/out" \
	'^5 feeds, 5 unchanged, 0 failed; 0 new articles'
check 'it was conditional' is 5 "$(grep -c ' 304 "' "$work/requests")"

make_feed "$work/www/f1.xml" 12
run "$akin" sync --all --json
check 'two new items arrive' is 52 "$(count)"
check 'JSON ends with a summary' has "$work/out" '"feeds":5,.*"new":2'
check 'JSON has a line for each feed' is 6 "$(wc -l <"$work/out")"

run "$akin" add "$url/plain/f2.xml"
run "$akin" sync "$url/plain/f2.xml" -v
check 'the same bytes are not parsed again' \
	has "$work/out" '^1 feeds, 1 unchanged'

rm "$work/www/f5.xml"
run "$akin" sync --all
check 'a feed that fails makes exit 1' is 1 "$status"
check 'it is named on stderr, in one line' one_line "$work/err"
check 'by its URL' has "$work/err" 'f5\.xml: '
run "$akin" feeds --problems
check 'feeds --problems lists it' has "$work/out" 'f5\.xml'
check 'its articles stay' is 52 "$(count)"

: >"$work/requests"
run "$akin" add "$url/status/429/x"
check 'add refuses what answers 429' is 1 "$status"
run "$akin" add "$url/page.html"
check 'a page without feeds is refused' is 1 "$status"
check 'with one line that says why' one_line "$work/err"

cat >"$work/www/index.html" <<EOF
<html><head><link rel="alternate" type="application/rss+xml"
title="One" href="/f1.xml"><link rel="alternate" title="New"
type="application/rss+xml" href="/f6.xml"></head><body></body></html>
EOF
make_feed "$work/www/f6.xml" 3
: >"$work/requests"
run "$akin" add "$url/index.html"
check 'a page with two feeds lists them' has "$work/err" '2  .*/f6\.xml'
check 'after one request' is 1 "$(wc -l <"$work/requests")"
run "$akin" add --pick 2 "$url/index.html"
check '--pick subscribes' is 0 "$status"
check 'with one request for the page and one for the feed' \
	is 3 "$(wc -l <"$work/requests")"
check 'and its items are there at once' is 55 "$(count)"
: >"$work/requests"
run "$akin" add "$url/f6.xml"
check 'adding it again is no error' is 0 "$status"

"$akin" import - >/dev/null <<EOF
<opml version="2.0"><body><outline type="rss" text="busy"
xmlUrl="$url/status/429/busy.xml"/></body></opml>
EOF
"$akin" sync 2>/dev/null
: >"$work/requests"
run "$akin" sync busy
check 'a running Retry-After is kept, also by hand' \
	is 0 "$(grep -c busy "$work/requests")"
check 'which is no failure' is 0 "$status"
"$akin" remove busy

"$akin" import - >/dev/null <<EOF
<opml version="2.0"><body><outline type="rss" text="jar"
xmlUrl="$url/cookie/f6.xml"/></body></opml>
EOF
run "$akin" sync
check 'a cookie is not sent back' has "$work/err" 'cookie/f6.xml: .* in a loop'
"$akin" edit --cookies once jar
run "$akin" sync jar
check 'unless the feed is known to need it' is 0 "$status"
"$akin" remove jar

make_feed "$work/secret.xml" 1
cat >"$work/www/trap.html" <<EOF
<html><head><link rel="alternate" type="application/rss+xml"
href="file://$work/secret.xml"></head><body></body></html>
EOF
run "$akin" add "$url/trap.html"
check 'a page cannot name a file of this machine' is 1 "$status"
check 'which is not read' is 55 "$(count)"

"$akin" import - >/dev/null <<EOF
<opml version="2.0"><body><outline type="rss" text="coded"
xmlUrl="$url/coded/f1.xml"/></body></opml>
EOF
run "$akin" sync coded
check 'what a server calls a coding is shown as text' \
	sh -c "LC_ALL=C grep -q 'coding (' '$work/err' &&
	! LC_ALL=C grep -q '[^ -~]' '$work/err'"
run "$akin" feeds --json coded
check 'and kept as text' has "$work/out" '"error":"[^"]*coding \('
"$akind" 2>"$work/log" &
pid=$!
pids="$pids $pid"
wait_for test -S "$work/t.db.sock"
run "$akin" sync coded
kill "$pid"
wait "$pid"
check 'and told by akind' has "$work/err" 'coding \('
"$akin" remove coded

"$akin" --db "$work/s.db" add "$src"/etc/samples/*.xml >/dev/null
run "$akin" --db "$work/s.db" related --all
check 'what is added is related at once' has "$work/out" '"related":\[\{'
check 'and nobody holds the store' "$akin" --db "$work/s.db" sync

run "$akin" export "$work/out.opml"
check 'export keeps nested categories' \
	has "$work/out.opml" 'text="Deep"'
run env AKIN_DB="$work/u.db" "$akin" import "$work/out.opml"
check 'and can be imported' has "$work/out" '^7 feeds added'

run "$akin" check
check 'the store is sound' is 0 "$status"
finish
