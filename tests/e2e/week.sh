#!/bin/sh
# SPDX-License-Identifier: ISC
# A week of hourly syncs by a moved clock, judged by the server's log: who was
# asked how often, with which validators, and who was left alone. Each sync is
# a process of its own, so that all manners survive a restart.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

runs=168
mkdir "$work/www"
for i in 1 2 3 4 5; do
	make_feed "$work/www/f$i.xml" 5
done
make_feed "$work/www/ttl.xml" 5
sed -i 's#<description>d</description>#<ttl>360</ttl>#' "$work/www/ttl.xml"
make_feed "$work/www/skip.xml" 5
hours=$(seq 0 11 | sed 's#.*#<hour>&</hour>#' | tr -d '\n')
sed -i "s#<description>d</description>#<skipHours>$hours</skipHours>#" \
	"$work/www/skip.xml"
printf '<html><body>no feed any more</body></html>' >"$work/www/page.html"
start_feedd "$work/www"

{
	echo '<opml version="2.0"><head><title>t</title></head><body>'
	for path in f1.xml f2.xml plain/f3.xml ttl.xml skip.xml page.html \
		redir/302/f5.xml redir/301/f4.xml redir/308/f4.xml \
		status/404/a status/410/a status/403/a status/500/a \
		status/429/a status/503/a; do
		echo "<outline type=\"rss\" xmlUrl=\"$url/$path\"/>"
	done
	echo '</body></opml>'
} >"$work/feeds.opml"
"$akin" -q import "$work/feeds.opml"

# /f1.xml has a new item each day. $work/week: TIME and a line of the log.
run=0
first=$(date +%s)
: >"$work/week"
while [ $run -lt $runs ]; do
	: >"$work/requests"
	at=$((first + run * 3600))
	AKIN_CLOCK_OFFSET=$((at - $(date +%s))) AKIN_RELATE_ENABLED=no \
		"$akin" sync >"$work/out" 2>>"$work/err"
	[ $run -ne 0 ] || "$akin" list --feed "$url/redir/308/f4.xml" --tsv |
		head -1 | cut -f 1 >"$work/starred"
	[ $run -ne 0 ] || "$akin" mark star "$(cat "$work/starred")"
	sed "s/^/$at /" "$work/requests" >>"$work/week"
	run=$((run + 1))
	[ $((run % 24)) -ne 0 ] ||
		make_feed "$work/www/f1.xml" $((5 + run / 24))
done

asked() { # PATH: how often
	awk -v path="$1" '$3 == path { n++ } END { print n + 0 }' "$work/week"
}
asked_between() { # PATH FROM TO
	n=$(asked "$1")
	if [ "$n" -lt "$2" ] || [ "$n" -gt "$3" ]; then
		echo "$1 was asked $n times, not $2 to $3"
		return 1
	fi
}
spaced() { # PATH SECONDS: never sooner than that
	awk -v path="$1" -v least="$2" '$3 == path {
		if (n++ && $1 - last < least) {
			print path ": again after " $1 - last " s"; bad = 1
		}
		last = $1
	} END { exit bad }' "$work/week"
}
conditional() { # one request without a validator for each path
	awk '$3 !~ /^\/(status|plain|page|redir|f4)/ && $5 == "-" &&
		n[$3]++ { print; bad = 1 } END { exit bad }' "$work/week"
}

check 'a feed with a post a day is asked every two hours or so' \
	asked_between /f1.xml 50 300
check 'a quiet one less often' asked_between /f2.xml 20 70
check 'all its new items came' is 11 \
	"$("$akin" list --feed "$url/f1.xml" --tsv | wc -l)"
check 'every request but the first has the validators' conditional
check 'without validators no sooner than an hour' spaced /plain/f3.xml 3600
check 'and once a day when nothing ever changes' \
	asked_between /plain/f3.xml 10 30
check 'ttl is kept' spaced /ttl.xml 21600
check 'skipHours are kept' is 0 "$(awk '$3 == "/skip.xml" && n++ &&
	$1 % 86400 < 43200 { bad++ } END { print bad + 0 }' "$work/week")"
check 'but the feed is not forgotten' asked_between /skip.xml 7 60
check '404 becomes one a day' asked_between /status/404/a 5 10
check '410 is asked once in the week' asked_between /status/410/a 1 1
check '403 is asked less and less' asked_between /status/403/a 5 14
check 'so is 500' asked_between /status/500/a 5 14
check 'and what is no feed any more' asked_between /page.html 5 14
check '429 twice as rarely each time' asked_between /status/429/a 2 9
check 'Retry-After of a 503 is kept' spaced /status/503/a 3600
check '302 is asked for ever' asked_between /redir/302/f5.xml 20 170
check '301 until it is learned' asked_between /redir/301/f4.xml 3 20
check '308 too' asked_between /redir/308/f4.xml 3 20
run "$akin" feeds
check 'the two that moved to one address are one' is 1 \
	"$(grep -c 'f4\.xml' "$work/out")"
check 'which it is known by' has "$work/out" ":$port/f4\.xml"
run "$akin" list --starred --tsv
check 'the star on an item of one of them stays' \
	is "$(cat "$work/starred")" "$(cut -f 1 "$work/out")"
check 'no item is there twice' is 5 \
	"$("$akin" list --feed "$url/f4.xml" --tsv | wc -l)"
check 'one User-Agent, with an address' is 1 \
	"$(cut -d ' ' -f 6- "$work/week" | sort -u | grep -c '^akin/.*(+http')"
run "$akin" politeness
check 'akin politeness knows of the 304s' \
	has "$work/out" "^127\.0\.0\.1	1[0-9]	[0-9]{3}	[0-9]{3}	"
check 'and that each rule was kept' is "" "$(grep ^BROKEN "$work/out")"
# By the clock of today:
run "$akin" add "$url/redir/301/f4.xml"
check 'nor can it be subscribed to again by its old address' is 1 \
	"$("$akin" feeds | grep -c 'f4\.xml')"
finish
