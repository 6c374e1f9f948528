#!/bin/sh
# SPDX-License-Identifier: ISC
# The rules of the Feed Reader Behavior list (Rachel Kroll, 2024/25) by their
# numbers, each judged by the log of a server that akin asks, every time from a
# new process. The unit tests named test_frb_* look at single steps.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www"
for f in a b c d m o p; do
	make_feed "$work/www/$f.xml" 3
done
sed -i 's#<description>d</description>#<ttl>720</ttl>#' "$work/www/c.xml"
start_feedd "$work/www"
AKIN_RELATE_ENABLED=no
export AKIN_RELATE_ENABLED

asked() { # PATH: how often
	awk -v path="$1" '$2 == path { n++ } END { print n + 0 }' \
		"$work/requests"
}
last() { # PATH: the last request for it
	awk -v path="$1" '$2 == path { l = $0 } END { print l }' \
		"$work/requests"
}
says() { # LINE PATTERN
	echo "$1" | grep -qE -- "$2" || {
		echo "no /$2/ in: $1"
		return 1
	}
}
add() { # PATH...
	for path; do
		"$akin" add "$url$path" >/dev/null 2>&1 || return
	done
}
sync_at() { # HOURS [WORD...]: by a clock set ahead
	hours=$1
	shift
	run env AKIN_CLOCK_OFFSET=$((hours * 3600)) "$akin" sync "$@"
}

# --- 001-016 validators
add /a.xml /odd/b.xml
sync_at 30
check 'FRB 001-004 what the server gave is sent back' \
	says "$(last /a.xml)" '^GET /a.xml 304 "[0-9-]+"'
check 'FRB 010-013 as it came, however it looks' \
	says "$(last /odd/b.xml)" 'W/"a b"-gzip .* since=2024-01-01 \(about noon\)$'
old=$(last /a.xml | cut -d ' ' -f 4)
touch -d '2001-01-01' "$work/www/a.xml"
sync_at 60
sync_at 90
check 'FRB 014 the pair is replaced though the body is the same' \
	says "$(last /a.xml)" '^GET /a.xml 304 '
check 'FRB 014 by the new one' test "$old" != "$(last /a.xml | cut -d ' ' -f 4)"
echo 429 >"$work/www/a.xml.status"
sync_at 120
rm "$work/www/a.xml.status"
sync_at 180
check 'FRB 015, 016 errors and restarts do not cost it' \
	says "$(last /a.xml)" '^GET /a.xml 304 '
check 'FRB 003 only the first request had none' is 1 \
	"$(grep -c '^GET /a.xml 200 - ' "$work/requests")"

# --- 020-024 when
add /status/429/x
add /fresh/43200/d.xml /c.xml
n=$(asked /fresh/43200/d.xml)
for hour in 1 3 6 9 11; do
	sync_at $hour
done
check 'FRB 022 max-age is kept' is "$n" "$(asked /fresh/43200/d.xml)"
check 'FRB 024 and ttl' is 1 "$(asked /c.xml)"
sync_at 30
check 'FRB 022 not longer than that' is $((n + 1)) \
	"$(asked /fresh/43200/d.xml)"
"$akin" -q import - <<EOF
<opml version="2.0"><body>
<outline type="rss" xmlUrl="$url/status/429/x"/>
<outline type="rss" xmlUrl="$url/m.xml"/></body></opml>
EOF
: >"$work/requests"
sync_at 0
echo 429 >"$work/www/m.xml.status"
sync_at 30
sync_at 31
sync_at 33
rm "$work/www/m.xml.status"
check 'FRB 020 Retry-After is kept' is 1 "$(grep -c 'x 429' "$work/requests" |
	sed 's/[12]/1/')"
check 'FRB 021 a 429 without one means hours' is 1 \
	"$(grep -c 'm.xml 429' "$work/requests")"
i=0
while [ $i -lt 24 ]; do
	sync_at $((200 + i))
	i=$((i + 1))
done
n=$(asked /m.xml)
check 'FRB 023 the own rhythm, not that of cron' test "$n" -lt 18

# --- 030-037 and 04x, 050-066
check 'FRB 030-033 nothing but feeds was asked for' is "" \
	"$(awk '{ print $2 }' "$work/requests" |
		grep -vE '^/((odd|fresh/43200)/)?[a-z]\.xml$|^/status/' | sort -u)"
: >"$work/requests"
add /o.xml
check 'FRB 034-036 to add is one request' is 1 "$(asked /o.xml)"
check 'FRB 037 and no other feed is asked with it' is 1 \
	"$(wc -l <"$work/requests")"
"$akin" token add one >/dev/null
"$akin" token add two >/dev/null
run "$akin" add "$url/o.xml"
run "$akin" import - <<EOF
<opml version="2.0"><body><outline type="rss" xmlUrl="$url/o.xml"/>
<outline text="again"><outline type="rss" xmlUrl="$url/o.xml"/></outline>
</body></opml>
EOF
: >"$work/requests"
sync_at 30
check 'FRB 04x one request for all who read it' is 1 "$(asked /o.xml)"
"$akin" add "$url/p.xml?z=1&a=2&a=1&utm_source=x&q=%7e+" >/dev/null
sync_at 30
sync_at 60
check 'FRB 050, 051 GET and no HEAD' is GET \
	"$(cut -d ' ' -f 1 "$work/requests" | sort -u)"
check 'FRB 060-064 the address as it was given' is 3 \
	"$(asked '/p.xml?z=1&a=2&a=1&utm_source=x&q=%7e+')"
check 'FRB 061, 065, 066 no cookie, Referer, cache busting' is "" \
	"$(grep -E '(Cookie|Referer|Pragma|Cache-Control|Range|DNT)=' \
		"$work/requests")"

# --- 070, 071 by hand
: >"$work/requests"
for i in 1 2 3 4 5 6; do
	"$akin" sync "$url/o.xml"
done
check 'FRB 070 three at once and no more' is 3 "$(asked /o.xml)"
check 'FRB 071 each with its validators' is 3 \
	"$(grep -c 'o.xml 304' "$work/requests")"

# --- 080-090
check 'FRB 080-090 one User-Agent: name, version, address, nobody else' is 1 \
	"$(cut -d ' ' -f 5- "$work/requests" | sed 's/ since=.*//' | sort -u |
		grep -cE '^akin/[0-9.]+ \(\+https?://[^ ]+\)$')"

# --- 100-106 adding
: >"$work/requests"
refused() { # URL: with a reason, and nobody is asked
	"$akin" add "$1" >"$work/out" 2>"$work/err" && return 1
	one_line "$work/err" && is 0 "$(wc -l <"$work/requests")"
}
check 'FRB 100, 101 what is no address' refused 'http://a b.example/'
check 'FRB 102 a private one' refused http://10.0.0.1/feed
echo '<html><title>no feed</title></html>' >"$work/www/page.html"
run "$akin" add "$url/page.html"
check 'FRB 103 what is no feed is noticed' test "$status" -ne 0
check 'FRB 103 and said' one_line "$work/err"
check 'FRB 105 and no path is guessed' is 1 "$(wc -l <"$work/requests")"
echo '<html><link rel="alternate" type="application/rss+xml" href="b.xml"></html>' \
	>"$work/www/named.html"
: >"$work/requests"
run "$akin" add "$url/named.html"
check 'FRB 104 what the page names is found' is 0 "$status"
check 'FRB 104 by two requests' is 2 "$(wc -l <"$work/requests")"
"$akin" add "http://me:s3cret@127.0.0.1:$port/auth/a.xml" >"$work/shown" 2>&1
{
	"$akin" feeds
	"$akin" feeds --json
	"$akin" export
	"$akin" log "$url/auth/a.xml"
} >>"$work/shown" 2>&1
check 'FRB 106 secret addresses stay so' is 0 "$(grep -c s3cret "$work/shown")"

# --- 110-120 what fails is asked less and less, and told
rm -f "$AKIN_DB"*
{
	echo '<opml version="2.0"><body>'
	for s in 403 404 410 418 500; do
		echo "<outline type=\"rss\" xmlUrl=\"$url/status/$s/x\"/>"
	done
	echo "<outline type=\"rss\" xmlUrl=\"$url/page.html\"/>"
	echo '<outline type="rss" xmlUrl="http://127.0.0.1:9/x"/>'
	echo '</body></opml>'
} | "$akin" -q import -
: >"$work/requests"
hour=0
while [ $hour -lt 96 ]; do
	sync_at $hour
	[ $hour -ne 0 ] || cp "$work/err" "$work/first"
	hour=$((hour + 2))
done
for s in 403 404 418 500; do
	check "FRB 110-119 $s is asked less and less" test \
		"$(asked /status/$s/x)" -le 12
done
check 'FRB 110 so is what is no feed any more' test "$(asked /page.html)" -le 12
check 'FRB 116 410 stops it' is 1 "$(asked /status/410/x)"
check 'FRB 120 each is told' is 7 "$(wc -l <"$work/first")"

sync_at $((24 * 8))
check 'FRB 120 and so is the end of it' has "$work/err" \
	'/410/x: .*410: gone for good; .* not polled any more$'
sync_at $((24 * 32))
check 'FRB 120 that it is asked once a week' has "$work/err" \
	'/500/x: .*; it has failed for a month: once a week'
check 'FRB 120 that 404 for a month is the end' has "$work/err" \
	'/404/x: .*; it is not polled any more$'
sync_at $((24 * 40))
check 'FRB 120 what is told once is not told again' is '' \
	"$(grep -E 'for a month|any more' "$work/err")"
sync_at $((24 * 190))
check 'FRB 120 and that half a year is' has "$work/err" \
	'/500/x: .*; it is not polled any more$'

# --- 130-137 moves
rm -f "$AKIN_DB"*
make_feed "$work/www/d.xml" 3
for p in /redir/301/a.xml /redir/308/b.xml /redir/302/c.xml /redir/307/d.xml \
	/redir/308/m.xml /m.xml; do
	echo "<outline type=\"rss\" xmlUrl=\"$url$p\"/>"
done | {
	echo '<opml version="2.0"><body>'
	cat
	echo "<outline type=\"rss\" xmlUrl=\"https://127.0.0.1:$port/o.xml\"/>"
	echo '</body></opml>'
} | "$akin" -q import -
: >"$work/told"
for hour in 0 10 20 30 40; do
	sync_at $hour
	cat "$work/err" >>"$work/told"
done
: >"$work/requests"
sync_at 60
check 'FRB 130, 131 301 and 308 are learned' is 0 \
	"$(($(asked /redir/301/a.xml) + $(asked /redir/308/b.xml)))"
check 'FRB 132, 133 302 and 307 are not' is 2 \
	"$(($(asked /redir/302/c.xml) + $(asked /redir/307/d.xml)))"
check 'FRB 134 nor is http made https' is 0 "$("$akin" feeds |
	grep -c 'https://[^ ]*/[a-d]\.xml')"
check 'FRB 135 trouble with TLS is told' has "$work/told" 'https:.*: TLS'
check 'FRB 136 and where a feed moved' \
	has "$work/told" '/redir/301/a\.xml: moved to http://[0-9.:]+/a\.xml$'
check 'FRB 137 two that became one are asked once' is 1 "$(asked /m.xml)"

# --- 140, 141: tests/fetch/t_decode.c has the codings
run "$akin" feeds --problems
check 'FRB 140, 141 an unknown coding is told, not guessed' test \
	"$(add /coded/a.xml && echo taken)" != taken
finish
