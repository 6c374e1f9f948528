#!/bin/sh
# SPDX-License-Identifier: ISC
# HTTP/2 over TLS: many feeds of one host go through one connection.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

PATH=$PATH:/usr/sbin
command -v nghttpd >/dev/null || skip_all 'no nghttpd (nghttp2-server)'
command -v openssl >/dev/null || skip_all 'no openssl'

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-subj /CN=test -addext subjectAltName=IP:127.0.0.1 \
	-keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null ||
	skip_all 'openssl makes no certificate'
mkdir "$work/www"
for i in 1 2 3 4 5 6 7 8; do
	make_feed "$work/www/f$i.xml" 3
done

# A free port: another may take it first, so several are tried.
tries=0
while :; do
	port=$((20000 + ($$ + tries * 977) % 20000))
	nghttpd -v -a 127.0.0.1 -d "$work/www" "$port" "$work/key.pem" \
		"$work/cert.pem" >>"$work/h2" 2>&1 &
	server=$!
	wait_for grep -q listen "$work/h2" && kill -0 $server 2>/dev/null &&
		break
	tries=$((tries + 1))
	[ $tries -lt 5 ] || skip_all 'no port'
done
pids="$pids $server"
url=https://127.0.0.1:$port

{
	echo '<opml version="2.0"><body>'
	for i in 1 2 3 4 5 6 7 8; do
		echo "<outline type=\"rss\" xmlUrl=\"$url/f$i.xml\"/>"
	done
	echo '</body></opml>'
} | "$akin" -q import -

run "$akin" sync
check 'a certificate that nobody vouches for is an error' is 1 "$status"
check 'which names the reason' has "$work/err" \
	'TLS failed: .*self[- ]signed certificate'

AKIN_FETCH_CA_FILE=$work/cert.pem
export AKIN_FETCH_CA_FILE
: >"$work/h2"
run "$akin" sync --all -v
check 'with its certificate all are read' is 0 "$status"
check 'their articles are there' is 24 "$(count)"
check 'over HTTP/2' is 8 "$(grep -c ':path: /f[0-9].xml' "$work/h2")"
check 'and one connection' is 1 \
	"$(sed -n 's/^\(\[id=[0-9]*\]\).*/\1/p' "$work/h2" | sort -u | wc -l)"
: >"$work/h2"
run "$akin" sync --all -v
check 'the next time nothing has changed' has "$work/out" '8 unchanged'
check 'by their validators' is 8 "$(grep -c 'if-modified-since: ' "$work/h2")"
finish
