#!/bin/sh
# SPDX-License-Identifier: ISC
# What the publisher keeps of a feed's past (RFC 5005), when a person asks for
# it; and a complete feed, whose absent entries are gone.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www"
start_feedd "$work/www"
AKIN_RELATE_ENABLED=no
export AKIN_RELATE_ENABLED

# page FILE FIRST N [MORE]: items FIRST.. of one feed, MORE in its head
page() {
	make_feed "$work/www/$1" "$3" "$2"
	sed -i -e "s#${1%.xml}-#one-#; s#http://${1%.xml}.example#http://one.example#g" \
		-e "s#<description>d</description>#&${4:-}#" "$work/www/$1"
}
link_to() { # REL NAME
	echo "<link xmlns=\"http://www.w3.org/2005/Atom\" rel=\"$1\" href=\"$2\"/>"
}
archive='<fh:archive xmlns:fh="http://purl.org/syndication/history/1.0"/>'
asked() { # PATH: how often
	grep -c "^GET /$1 " "$work/requests"
}

# --- archives: 21.. in the feed, 11-20 and 1-10 in two archive documents
page feed.xml 21 5 "$(link_to prev-archive arch2.xml)"
page arch2.xml 11 10 "$archive$(link_to prev-archive arch1.xml)"
page arch1.xml 1 10 "$archive"
run "$akin" add "$url/feed.xml"
check 'no archive is read by itself' is 5 "$(count)"
run "$akin" sync --older
check 'a feed has to be named' is 2 "$status"
run "$akin" sync --older "$url/feed.xml"
check 'sync --older ends well' is 0 "$status"
check 'all entries are there' is 25 "$(count)"
check 'one request a page' is 1 "$(asked arch2.xml)"
check 'robots.txt was asked for first' is 1 "$(asked robots.txt)"
check 'the feed by its validators' is 1 \
	"$(awk '$2 == "/feed.xml" && $4 == "-"' "$work/requests" | wc -l)"
run "$akin" sync --older "$url/feed.xml"
check 'an archive is not read again' is 1 "$(asked arch2.xml)"
page feed.xml 26 5 "$(link_to prev-archive arch3.xml)"
page arch3.xml 21 5 "$archive$(link_to prev-archive arch2.xml)"
run "$akin" sync --older "$url/feed.xml"
check 'but a new one is' is 1 "$(asked arch3.xml)"
check 'and those behind it are known' is 2 \
	"$(($(asked arch2.xml) + $(asked arch1.xml)))"
check 'none is there twice' is 30 "$(count)"
run "$akin" why-next --json "$url/feed.xml"
check 'a backlog is no rhythm' has "$work/out" '"floor"|"rhythm"'

# --- pages, by way of akind: a circle, another host, no feed, robots.txt
"$akind" 2>"$work/log" &
pids="$pids $!"
wait_for grep -q 'main started' "$work/log"
page p1.xml 101 5 "$(link_to next p2.xml)"
page p2.xml 91 10 "$(link_to next p3.xml)"
page p3.xml 81 10 "$(link_to next p2.xml)"
"$akin" add "$url/p1.xml" >"$work/out"
run "$akin" sync --older "$url/p1.xml"
check 'pages are followed by akind' is 55 "$(count)"
check 'a circle is an error' has "$work/err" 'p2\.xml: it leads in a circle'
check 'after one request each' is 2 "$(($(asked p2.xml) + $(asked p3.xml)))"
check 'that says so' is 1 "$status"
page q1.xml 201 5 "$(link_to next "http://localhost:$port/q2.xml")"
"$akin" add "$url/q1.xml" >"$work/out"
run "$akin" sync --older "$url/q1.xml"
check 'another host is not asked' \
	has "$work/err" 'another host \(--other-hosts\)'
page q2.xml 191 10
run "$akin" sync --older --other-hosts "$url/q1.xml"
check 'but when it is wanted' is 70 "$(count)"
page r1.xml 301 5 "$(link_to next page.html)"
echo '<html></html>' >"$work/www/page.html"
"$akin" add "$url/r1.xml" >"$work/out"
run "$akin" sync --older "$url/r1.xml"
check 'no feed there: the error names the page' \
	has "$work/err" 'older entries, http.*/page\.html: '
run "$akin" feeds --problems
check 'the feed itself is fine' is "" "$(cat "$work/out")"
page s1.xml 401 5 "$(link_to next http://10.0.0.1/s2.xml)"
"$akin" add "$url/s1.xml" >"$work/out"
run "$akin" sync --older --other-hosts "$url/s1.xml"
check 'nor does a page lead to a private address' \
	has "$work/err" '10\.0\.0\.1'
check 'and nothing waits for it' is 1 "$status"

# --- with the subscription
page new.xml 321 5 "$(link_to prev-archive past.xml)"
page past.xml 311 10 "$archive$(link_to prev-archive http://10.0.0.1/x)"
run "$akin" add --older "$url/new.xml"
check 'add --older: all that can be had' is 15 \
	"$("$akin" list --feed "$url/new.xml" --tsv | wc -l)"
check 'one request for the feed' is 1 "$(asked new.xml)"
check 'what cannot be had is told' \
	has "$work/err" 'new\.xml: older entries, http://10'
check 'and in the status' is 1 "$status"
check 'the feed is there all the same' has "$work/out" '15 articles'
page past.xml 311 10 "$archive"
run "$akin" remove "$url/new.xml"
run "$akin" add --older --json "$url/new.xml"
check 'add --older: done' is 0 "$status"
check 'in JSON the number of all' has "$work/out" '"new": ?15'

# --- complete
complete='<fh:complete xmlns:fh="http://purl.org/syndication/history/1.0"/>'
page all.xml 501 3 "$complete"
"$akin" add "$url/all.xml" >"$work/out"
id=$("$akin" list --feed "$url/all.xml" --tsv | grep "Item 501" | cut -f 1)
page all.xml 502 2 "$complete"
run "$akin" sync "$url/all.xml"
check 'nothing is removed' is 3 \
	"$("$akin" list --feed "$url/all.xml" --tsv | wc -l)"
run "$akin" show "$id"
check 'what vanished is marked' has "$work/out" '^the publisher took it out'
run "$akin" show --json "$id"
check 'in JSON too' has "$work/out" '"gone": ?"20'
run "$akin" list --feed "$url/all.xml" --jsonl
check 'also in lists' is "$id" \
	"$(grep '"gone": *"20' "$work/out" | sed 's/.*"article": *\([0-9]*\).*/\1/')"
page all.xml 501 3 "$complete"
run "$akin" sync "$url/all.xml"
run "$akin" show "$id"
check 'and what came back is not' is 0 "$(grep -c 'took it out' "$work/out")"
page all.xml 502 2
run "$akin" sync "$url/all.xml"
run "$akin" show "$id"
check 'another feed says nothing by absence' is 0 \
	"$(grep -c 'took it out' "$work/out")"
finish
