#!/bin/sh
# SPDX-License-Identifier: ISC
# A SOCKS proxy, for all feeds and for one: it resolves the names, it has its
# own password, and what is refused without it is refused with it.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"
command -v python3 >/dev/null || skip_all 'no python3'

mkdir "$work/www"
make_feed "$work/www/a.xml" 3
start_feedd "$work/www"
unset AKIN_FETCH_ALLOW
mkfifo "$work/socks.port" "$work/socks.life"
python3 "$src/tests/e2e/socksd.py" "$port" "$work/socks" \
	<"$work/socks.life" >"$work/socks.port" &
socksd=$!
pids="$pids $socksd"
exec 8>"$work/socks.life"
read -r socks <"$work/socks.port"
proxy=socks5h://me:sesame@127.0.0.1:$socks

run "$akin" add http://feeds.example/a.xml
check 'without it there is no such name' test "$status" -ne 0

AKIN_FETCH_PROXY=$proxy
export AKIN_FETCH_PROXY
run "$akin" add http://feeds.example/a.xml
check 'by way of it the feed is there' is 0 "$status"
check 'the name went to the proxy, with its password' \
	has "$work/socks" '^me:sesame feeds\.example 80$'
check 'the server sees no password' is 0 "$(grep -c sesame "$work/requests")"
check 'its articles are stored' is 3 "$(count)"
run "$akin" add http://10.0.0.1/a.xml
check 'a private address is refused still' test "$status" -ne 0
run "$akin" add http://feeds.example/lead/192.168.1.1/a.xml
check 'also behind a redirect' test "$status" -ne 0
check 'and the proxy was not asked for either' is 0 \
	"$(grep -cE ' (10|192)\.' "$work/socks")"
unset AKIN_FETCH_PROXY

# --- one feed's own
"$akin" edit --proxy "$proxy" http://feeds.example/a.xml
: >"$work/socks"
"$akin" -q import - <<EOF
<opml version="2.0"><body>
<outline type="rss" xmlUrl="http://other.example/a.xml"/></body></opml>
EOF
{
	"$akin" sync http://feeds.example/a.xml
	"$akin" feeds --json
	"$akin" log http://feeds.example/a.xml
} >"$work/out" 2>&1
check 'a feed has a proxy of its own' has "$work/socks" ' feeds\.example 80$'
check 'which nobody is shown' is 0 "$(grep -c sesame "$work/out")"
run "$akin" sync http://other.example/a.xml
check 'that others do not use' is 0 "$(grep -c other "$work/socks")"

# --- it is gone
exec 8>&-
wait "$socksd"
run "$akin" sync http://feeds.example/a.xml
check 'a dead one is an error of its feed' has "$work/err" \
	'feeds\.example/a\.xml: cannot connect'
AKIN_FETCH_PROXY=$proxy
export AKIN_FETCH_PROXY
"$akin" edit --proxy '' http://feeds.example/a.xml
AKIN_CLOCK_OFFSET=86400 run "$akin" sync
check 'that of all feeds is our own network' is 69 "$status"
check 'and no error of a feed' is 0 \
	"$(grep -c 'cannot connect' "$work/err")"
check 'neither shows the password' is 0 "$(grep -c sesame "$work/err")"
finish
