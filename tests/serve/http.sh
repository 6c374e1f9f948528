#!/bin/sh
# SPDX-License-Identifier: ISC
# Access, hosts, limits and the output feeds, over the wire.
. "${AKIN_SRCDIR:-.}/tests/serve/lib.sh"

command -v curl >/dev/null || skip_all "there is no curl"
command -v python3 >/dev/null || skip_all "there is no python3"
serve_start
mkdir "$dir/www"
cat >"$dir/www/f.xml" <<'XML'
<?xml version="1.0"?><rss version="2.0"><channel><title>F &amp; "co"</title>
<link>http://127.0.0.1/</link><description>d</description>
<image><url>/i.png</url><title>i</title><link>/</link></image>
<item><title>One &amp;lt;b&amp;gt;</title><link>http://127.0.0.1/1</link>
<description>&lt;p onclick="x()"&gt;Text&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;</description>
<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="related" href="http://127.0.0.1/2" title="Two"/>
</item><item><title>Two</title><link>http://127.0.0.1/2</link><description>more</description></item>
</channel></rss>
XML
printf '\211PNG\r\n\032\n' >"$dir/www/i.png"
cat >"$dir/www/page.html" <<'HTML'
<html><head><link rel="alternate" type="application/rss+xml" title="F" href="f.xml">
<link rel="alternate" type="application/atom+xml" href="g.xml"></head></html>
HTML
feeds_start "$dir/www"
auth="Authorization: Bearer $secret"

# has NAME PATTERN: in the last body or its headers
has()
{
	cat "$dir/head" "$dir/body" | grep -q -e "$2"
	result $? "$1"
}

# Threads that read for clients yield to polls (the 19th field is a niceness).
if [ -r "/proc/$akind_pid/task/$akind_pid/stat" ] && [ "$(nice)" -lt 19 ]; then
	yielding=$(cat "/proc/$akind_pid/task/"*/stat | sed 's/.*) //' |
	    awk -v own="$(nice)" '$17 > own { n++ } END { print n + 0 }')
	test "$yielding" -eq 2
	result $? "reader threads have a lower priority"
fi
status "liveness is open" 200 "$base/healthz"
status "metrics are not" 401 "$base/metrics"
status "metrics with a token" 200 -H "$auth" "$base/metrics"
has "metrics count requests" '^akin_http_requests_total{class="4xx"} [1-9]'
has "polls by outcome" '^akin_polls_total{outcome="not-modified"} 0'
has "queues" '^akin_queue{stage="parse"} 0'
has "and times" '^akin_batch_seconds_bucket{le="+Inf"} [0-9]'
status "the page sends to the login" 303 "$base/"
status "an unknown host" 421 -H 'Host: evil.example' "$base/healthz"
AKIN_DB=$dir/other.db AKIN_HTTP_LISTEN=127.0.0.2:$port \
	"$AKIN_BUILDDIR/akind" 2>"$dir/other" &
other=$!
wait_for grep -q started "$dir/other"
status "an address that is listened on" 200 "http://127.0.0.2:$port/healthz"
kill "$other"
wait "$other"
status "another port" 421 -H 'Host: 127.0.0.1:1' "$base/healthz"
status "localhost" 200 -H "Host: localhost:$port" "$base/healthz"
status "a unix socket" 200 --unix-socket "$dir/http.sock" \
    http://localhost/healthz
status "asks for a token too" 401 --unix-socket "$dir/http.sock" \
    http://localhost/metrics
status "an unknown path" 404 "$base/nothing"
has "errors carry the policy" "^Content-Security-Policy: default-src 'none'"
has "errors are not sniffed" '^X-Content-Type-Options: nosniff'
status "an unknown path, to a browser" 404 -H 'Accept: text/html,*/*' \
    "$base/nothing"
has "is a page" '<h1>Not Found</h1>'
status "a wrong method" 405 -X DELETE "$base/healthz"
has "says which are right" '^Allow: .*GET'
status "another site's form" 403 -H "$auth" -H 'Origin: http://evil.example' \
    -d mark=read "$base/article/1/mark"
status "a page that hides its site, with a password" 403 -u "$user:$secret" \
    -H 'Origin: null' -d mark=read "$base/article/1/mark"
status "a password without a page" 303 -u "$user:$secret" \
    -d mark=read "$base/article/1/mark"
head -c 3000000 /dev/zero >"$dir/zeros"
head -c 17000000 /dev/zero >"$dir/more"
status "a body over the limit" 413 -H "$auth" -H 'Expect:' \
    --data-binary @"$dir/zeros" "$base/api/v1/marks"
status "OPML may be larger" 422 -H "$auth" -H 'Expect:' \
    --data-binary @"$dir/zeros" "$base/api/v1/opml"
status "so may what a hub delivers" 404 -H 'Expect:' \
    --data-binary @"$dir/zeros" "$base/websub/nobody"
status "as large as a feed" 413 -H 'Expect:' \
    --data-binary @"$dir/more" "$base/websub/nobody"
# Two that are nearly through, and wait.
python3 - "$port" "$dir/held" <<'PY' &
import socket, sys, time
held = []
while len(held) < 2:
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    try:
        s.sendall(b"POST /websub/nobody HTTP/1.1\r\nHost: localhost:%s\r\n"
                  b"Content-Length: 16000000\r\n\r\n" % sys.argv[1].encode() +
                  bytes(15900000))  # more than sockets hold
        held.append(s)
    except OSError:  # a large one from before is still there
        time.sleep(0.1)
open(sys.argv[2], "w").close()
time.sleep(600)
PY
held=$!
pids="$pids $held"
wait_for test -e "$dir/held"
gives() # STATUS, to a large body
{
	[ "$(curl -s -o /dev/null -w '%{http_code}' -H 'Expect:' \
	    --data-binary @"$dir/zeros" "$base/websub/nobody")" = "$1" ]
}
gives 000
result $? "but no more than two at once"
kill "$held"
wait "$held"
wait_for gives 404
result $? "until one has ended"
# What the HTTP library refuses before we are asked looks as what we refuse.
refused()
{
	printf '%b' "$1" >"$dir/sent"
	python3 - "$port" "$dir/sent" "$dir/head" "$dir/body" <<'PY'
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
s.sendall(open(sys.argv[2], "rb").read())
data = b""
while True:
    got = s.recv(65536)
    if not got:
        break
    data += got
head, _, body = data.partition(b"\r\n\r\n")
open(sys.argv[3], "wb").write(head + b"\n")
open(sys.argv[4], "wb").write(body)
PY
	[ "$(wc -c <"$dir/body")" = \
	    "$(tr -d '\r' <"$dir/head" | sed -n 's/^Content-Length: //p')" ]
	result $? "an answer to what cannot be read"
	has "says $2" "^HTTP/1.1 $2 "
	has "in a problem document" "\"status\":$2,"
	has "of that type" '^Content-Type: application/problem+json'
	has "with the policy" "^Content-Security-Policy: default-src 'none'; sandbox"
	has "not to be sniffed" '^X-Content-Type-Options: nosniff'
	has "nor kept" '^Cache-Control: no-store'
}
refused 'no request at all\r\n\r\n' 400
refused 'PROPFIND / HTTP/1.1\r\nHost: localhost\r\n\r\n' 501
refused "POST /websub/x HTTP/1.1\r\nHost: localhost:$port\r\nContent-Length: 99999999\r\n\r\n" 413
status "a client that waits to be asked for its body" 404 \
    -H 'Expect: 100-continue' --data-binary @"$dir/zeros" "$base/websub/nobody"
has "is asked" '^HTTP/1.1 100 Continue'
status "a problem document" 401 "$base/api/v1/feeds"
has "is one" '"status":401'
status "discover the feeds of a page" 200 -H "$auth" \
    -d "{\"url\":\"$feeds/page.html\"}" "$base/v1/discover"
has "both" "{\"url\":\"$feeds/f.xml\",\"title\":\"F\",\"type\":\"rss\"},{.*\"type\":\"atom\"}"
status "or that it is one" 200 -H "$auth" \
    -d "{\"url\":\"$feeds/f.xml\"}" "$base/v1/discover"
has "by its title" "\"title\":\"F & ..co..\",\"type\":\"rss\""
status "or nothing" 404 -H "$auth" -d "{\"url\":\"$feeds/i.png\"}" \
    "$base/v1/discover"
status "to no avail" 200 -H "$auth" "$base/v1/feeds"
has "none is subscribed to" '^\[\]$'
status "subscribe" 201 -H "$auth" -d "{\"url\":\"$feeds/f.xml\"}" \
    "$base/api/v1/feeds"
status "its icon" 200 -H "$auth" "$base/v1/feeds/1/icon"
has "is data" '"mime_type":"image/png","data":"image/png;base64,iVBORw0KGgo="'
sed 's/<item>.*//; /<.item>/d; s/F &amp;/G &amp;/' "$dir/www/f.xml" >"$dir/www/g.xml"
status "another feed" 201 -H "$auth" -d "{\"url\":\"$feeds/g.xml\"}" \
    "$base/api/v1/feeds"
fever=$(printf %s "$user:$secret" | md5sum | cut -d ' ' -f 1)
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	curl -s -d "api_key=$fever" "$base/fever/?api&favicons" >"$dir/body"
	grep -q '"id":2,' "$dir/body" && break
	sleep 0.5
done
icon='"data":"image.png;base64,iVBORw0KGgo="}'
has "Fever clients have all icons" '"favicons":\[{"id":1,'"$icon"',{"id":2,'"$icon"'\]'
status "and know whose they are" 200 -d "api_key=$fever" "$base/fever/?api&feeds"
has "by their number" '"id":1,"favicon_id":1,'
status "no icon" 404 -H "$auth" "$base/v1/icons/9"
status "subscribe again" 409 -H "$auth" -d "{\"url\":\"$feeds/f.xml\"}" \
    "$base/api/v1/feeds"
status "no JSON" 400 -H "$auth" -d 'x' "$base/api/v1/feeds"
status "the articles" 200 -H "$auth" "$base/api/v1/articles?content=1"
has "are there" '"title":"One <b>"'
! grep -q -e 'onclick' -e 'alert' "$dir/body"
result $? "without scripts"
etag=$(sed -n 's/^ETag: \(.*\)\r$/\1/p' "$dir/head")
status "not modified" 304 -H "$auth" -H "If-None-Match: $etag" \
    "$base/api/v1/articles?content=1"
status "compressed" 200 -H "$auth" -H 'Accept-Encoding: gzip' "$base/feeds/all.atom"
has "is said so" '^Content-Encoding: gzip'
gzip -dc <"$dir/body" | grep -q '<feed '
result $? "and is"
status "HEAD" 200 -I -H "$auth" "$base/feeds/all.atom"
for format in atom rss json; do
	status "output feed, $format" 200 -H "$auth" "$base/feeds/all.$format"
	cp "$dir/body" "$dir/all.$format"
	"$akin" parse "$dir/all.$format" >"$dir/parsed" 2>/dev/null
	result $? "akin reads it"
	grep -q '"wellformed": *true' "$dir/parsed"
	result $? "it is well-formed"
	grep -q 'http://127.0.0.1/2' "$dir/parsed"
	result $? "it has what is related"
done
status "a feed by a token in its address" 200 "$base/feeds/all.atom?token=$secret"
! grep -q "$secret" "$dir/body"
result $? "which is not told further"
status "such a token changes nothing" 401 -X POST \
    "$base/api/v1/sync?token=$secret"
# Liferea and others fetch nothing where this list has not changed.
status "subscriptions" 200 -H "$auth" "$base/reader/api/0/subscription/list"
! grep -qi '^ETag:' "$dir/head"
result $? "are never unmodified"
status "unread counts" 200 -H "$auth" "$base/reader/api/0/unread-count"
tr '{' '\n' <"$dir/body" >"$dir/lines"
grep '"feed/1"' "$dir/lines" |
	grep -q '"newestItemTimestampUsec": *"[1-9][0-9]*000000"'
result $? "say when the newest came"
status "Miniflux' entries" 200 -H "$auth" "$base/v1/entries?limit=2"
tr '{' '\n' <"$dir/body" >"$dir/lines"
[ "$(grep -c '"feed_url"' "$dir/lines")" = 2 ]
result $? "have their feeds"
for _ in 1 2 3 4 5; do
	curl -s -o /dev/null -d 'Email=x&Passwd=y' "$base/accounts/ClientLogin"
done
status "guessing is slowed down" 429 -d 'Email=x&Passwd=y' \
    "$base/accounts/ClientLogin"
status "others are not" 200 -d "Email=$user&Passwd=$secret" \
    "$base/accounts/ClientLogin"

# the page, by a session
status "login" 303 -c "$dir/jar" -d "secret=$secret" "$base/login"
has "the cookie is not for scripts" '^Set-Cookie: akin=.*HttpOnly; SameSite=Lax'
status "the front page" 200 -b "$dir/jar" "$base/"
has "escapes titles" 'One &lt;b&gt;'
csrf=$(sed -n 's/.*name="csrf" value="\([0-9a-f]*\)".*/\1/p' "$dir/body" |
    head -n 1)
status "a form without its token" 403 -b "$dir/jar" -d mark=star \
    "$base/article/1/mark"
status "a form with it" 303 -b "$dir/jar" -d "mark=star&csrf=$csrf" \
    "$base/article/1/mark"
for path in / /articles /article/1 /search?q=text /feeds /feed/1 /opml; do
	status "page $path" 200 -b "$dir/jar" "$base$path"
done
# A list marked read, and undone, once.
unread()
{
	n_unread=$("$akin" list --unread --tsv | wc -l)
}
unread
before=$n_unread
status "a list" 200 -b "$dir/jar" "$base/articles?feed=1&unread=1"
has "leads on to its articles" 'href="/article/1?feed=1&amp;unread=1&amp;in=list"'
has "and comes back to itself" 'name="back" value="/articles?feed=1&amp;unread=1"'
until=$(sed -n 's/.*name="until" value="\([0-9]*\)".*/\1/p' "$dir/body" | head -n 1)
status "mark it read" 303 -b "$dir/jar" -d "csrf=$csrf&feed=1&until=$until" \
    -d "back=/articles?feed=1" "$base/mark"
has "leads back" "^Location: /articles?feed=1&marked=$until&n="
unread
[ "$n_unread" -lt "$before" ]
result $? "it is read"
where=$(sed -n 's/^Location: \(.*\)\r$/\1/p' "$dir/head")
status "the list says so" 200 -b "$dir/jar" "$base$where"
has "and offers to undo it" 'articles marked read\. <form .*/mark/undo'
status "undo" 303 -b "$dir/jar" -d "csrf=$csrf&marked=$until" \
    -d 'back=/articles?feed=1' "$base/mark/undo"
unread
[ "$n_unread" -eq "$before" ]
result $? "it is unread again"
"$akin" mark read 1 >/dev/null
status "undo again" 303 -b "$dir/jar" -d "csrf=$csrf&marked=$until" "$base/mark/undo"
unread
[ "$n_unread" -eq $((before - 1)) ]
result $? "does nothing"
first=$("$akin" list --tsv | sed -n '1s/	.*//p')
status "an article of a list" 200 -b "$dir/jar" "$base/article/$first?in=list"
has "leads to the next" '<a rel="next" href="/article/[0-9]*?in=list">Next: '
link=$("$akin" token add linked 2>&1 >/dev/null | sed 's/.*login?code=//')
status "a login link opens" 200 "$base/login?code=$link"
status "and works" 303 -c "$dir/jar2" -d "code=$link" "$base/login"
status "once" 401 -d "code=$link" "$base/login"
status "it is logged in" 200 -b "$dir/jar2" "$base/"
status "a code is no token" 401 -H "Authorization: Bearer $link" \
    "$base/api/v1/feeds"
# A poll that a command asked for is seen here; its feed waits at a pipe.
mkfifo "$dir/www/slow.xml"
echo "<opml version=\"2.0\"><body><outline xmlUrl=\"$feeds/slow.xml\"/></body></opml>" \
    >"$dir/slow.opml"
"$akin" import "$dir/slow.opml" >/dev/null
"$akin" sync --all >/dev/null 2>&1 &
sync=$!
polls_two()
{
	curl -s -b "$dir/jar" "$base/api/v1/sync" |
	    grep -q '"running":true,"feeds":3'
}
wait_for polls_two
status "while a command polls" 200 -b "$dir/jar" "$base/feeds"
has "the page says so" '<progress max="3" .*Polling: [012] of 3 feeds'
: >"$dir/www/slow.xml"
wait "$sync"
status "and when it is done" 200 -b "$dir/jar" "$base/api/v1/sync"
has "so does the API" '"running":false,"feeds":0'
# More feeds than a page shows.
{
	echo '<opml version="2.0"><body><outline text="Many">'
	i=0
	while [ $i -lt 1000 ]; do
		echo "<outline xmlUrl=\"$feeds/many.xml?$i\"/>"
		i=$((i + 1))
	done
	echo '</outline><outline text="Late">'
	echo "<outline xmlUrl=\"$feeds/late.xml\"/></outline></body></opml>"
} >"$dir/many.opml"
"$akin" import "$dir/many.opml" >/dev/null
status "a thousand feeds and more" 200 -b "$dir/jar" "$base/feeds"
has "are shown in part" 'Only 1000 feeds are shown'
has "the others by category" 'href="/feeds?category=Late"'
! grep -q '/late.xml' "$dir/body"
result $? "of which one is not there"
status "a category of them" 200 -b "$dir/jar" "$base/feeds?category=Late"
has "is" '/late.xml'
! grep -q 'Only 1000' "$dir/body"
result $? "whole"
status "log out" 303 -b "$dir/jar" -d "csrf=$csrf" "$base/logout"
status "the session has ended" 303 -b "$dir/jar" "$base/"
finish
