#!/bin/sh
# SPDX-License-Identifier: ISC
# A feed says that it has moved (itunes:new-feed-url): it is believed as a 301
# is, after a day, and only if the same feed is there.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www"
start_feedd "$work/www"
# Names of public hosts, by way of a proxy that is all of them.
AKIN_FETCH_PROXY=$url
AKIN_FETCH_HOST_INTERVAL=0
AKIN_RELATE_ENABLED=no
export AKIN_FETCH_PROXY AKIN_FETCH_HOST_INTERVAL AKIN_RELATE_ENABLED

names_new() { # FILE URL: its document calls URL its new address
	sed -i "s#<description>d</description>#&<itunes:new-feed-url \
xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">$2<\
/itunes:new-feed-url>#" "$work/www/$1"
}
# a moves to new.example, where b is the same feed.
make_feed "$work/www/a.xml" 5
cp "$work/www/a.xml" "$work/www/b.xml"
names_new a.xml http://new.example/b.xml
# c says so too, but there is nothing; d names another feed.
make_feed "$work/www/c.xml" 5
names_new c.xml http://gone.example/nothing.xml
make_feed "$work/www/d.xml" 5
names_new d.xml http://other.example/f2.xml
make_feed "$work/www/f2.xml" 5
# e and f lead to each other.
make_feed "$work/www/e.xml" 5
cp "$work/www/e.xml" "$work/www/f.xml"
names_new e.xml http://loop.example/f.xml
names_new f.xml http://old.example/e.xml
# g moves to what is subscribed to already.
make_feed "$work/www/g.xml" 5
cp "$work/www/g.xml" "$work/www/h.xml"
names_new g.xml http://new.example/h.xml
# i names itself.
make_feed "$work/www/i.xml" 5
names_new i.xml http://old.example/i.xml

{
	echo '<opml version="2.0"><body>'
	for f in old.example/a old.example/c old.example/d old.example/e \
		old.example/g new.example/h old.example/i; do
		echo "<outline type=\"rss\" xmlUrl=\"http://$f.xml\"/>"
	done
	echo '</body></opml>'
} | "$akin" -q import -
"$akin" edit http://old.example/a.xml --user me:s3cret

asked() { # URL: how often
	grep -c "^GET $1 " "$work/requests"
}
sync_at() { # HOURS
	run env AKIN_CLOCK_OFFSET=$(($1 * 3600)) "$akin" sync
}

for hour in 0 7 14; do
	sync_at $hour
	make_feed "$work/www/i.xml" 5
	names_new i.xml http://old.example/i.xml
done
check 'three times: nobody else is asked' is 0 \
	"$(grep -c '^GET http://\(gone\|other\|loop\)\.' "$work/requests")"
check 'the old address was' is 3 "$(asked http://old.example/a.xml)"
sync_at 21
check 'a day is needed too' is 0 "$(asked http://new.example/b.xml)"
: >"$work/requests"
sync_at 32
check 'no feed is blamed' is 0 "$status"
check 'the new address is asked' is 1 "$(asked http://new.example/b.xml)"
check 'and not the old one' is 0 "$(asked http://old.example/a.xml)"
check 'without the credentials of the old' is 0 \
	"$(grep -c 'new.example.*auth=' "$work/requests")"
run "$akin" feeds
check 'the feed has moved' has "$work/out" 'http://new.example/b.xml'
check 'so has the one that leads back to it' \
	has "$work/out" 'http://old.example/e.xml'
check 'nothing there, no move' has "$work/out" 'http://old.example/c.xml'
check 'another feed there, no move' has "$work/out" 'http://old.example/d.xml'
check 'what names itself stays' has "$work/out" 'http://old.example/i.xml'
check 'the two that became one are one' is 6 \
	"$("$akin" feeds --json | grep -o '"url"' | wc -l)"
check 'no item came of another feed' is 5 \
	"$("$akin" list --feed http://old.example/d.xml --tsv | wc -l)"
check 'none is there twice' is 5 \
	"$("$akin" list --feed http://new.example/b.xml --tsv | wc -l)"
run "$akin" feeds --problems
check 'none has a problem' is "" "$(cat "$work/out")"

: >"$work/requests"
sync_at 42
check 'then it is polled there' is 1 "$(asked http://new.example/b.xml)"
check 'with its validators, not the credentials' is 0 \
	"$(grep 'new.example/b.xml' "$work/requests" |
		grep -c 'auth=\| 200 - ')"
check 'the others where they were' is 1 "$(asked http://old.example/c.xml)"
check 'a refusal starts the count anew' is 0 \
	"$(asked http://loop.example/f.xml)"
run "$akin" list --feed http://old.example/a.xml --tsv
check 'by its old address it is known still' is 5 "$(wc -l <"$work/out")"
finish
