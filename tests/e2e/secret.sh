#!/bin/sh
# SPDX-License-Identifier: ISC
# What a feed is asked with is sent there, and shown nowhere.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www" "$work/shown"
make_feed "$work/www/a.xml" 2
start_feedd "$work/www"

sent() { # PATH USER:PASSWORD
	grep -qF "$1 200 - " "$work/requests" &&
		grep -F "$1 200 - " "$work/requests" |
		grep -qF "auth=Basic $(printf '%s' "$2" | base64)"
}

echo 'ali:open-sesame' >"$work/user"
echo 'bearer-sesame' >"$work/bearer"
for name in bearer header url; do
	"$akin" add "$url/plain/a.xml?$name" >/dev/null
done
"$akin" add "http://ali:url-sesame@127.0.0.1:$port/auth/a.xml" \
	>"$work/shown/add" 2>&1
"$akin" import - >/dev/null <<EOF
<opml version="2.0"><body><outline type="rss" text="user"
xmlUrl="$url/auth/a.xml?user"/></body></opml>
EOF
"$akin" edit --user-file "$work/user" user
"$akin" edit --bearer-file "$work/bearer" "$url/plain/a.xml?bearer"
"$akin" edit --header 'X-Key: header-sesame' "$url/plain/a.xml?header"
"$akin" edit --url "http://127.0.0.1:$port/status/401/x" \
	--user ali:edit-sesame "$url/plain/a.xml?url"
"$akin" import - >/dev/null <<EOF
<opml version="2.0"><body><outline type="rss" text="far"
xmlUrl="http://ali:opml-sesame@127.0.0.1:$port/auth/a.xml?far"/>
<outline type="rss" text="proxied" xmlUrl="http://far.example/a.xml"/>
</body></opml>
EOF
"$akin" edit --proxy "http://p:proxy-sesame@127.0.0.1:9/" proxied

: >"$work/requests"
"$akin" sync --all -v >"$work/shown/sync" 2>&1
"$akin" sync --all --json >"$work/shown/sync.json" 2>&1
check 'a password of a file is sent' \
	sent '/auth/a.xml?user' ali:open-sesame
check 'a token is sent' has "$work/requests" \
	"a.xml\?bearer .*auth=Bearer bearer-sesame"
check 'and what else was asked for' has "$work/requests" \
	'a.xml\?header .*key=header-sesame'
check 'so is the password of an address' sent /auth/a.xml ali:url-sesame
check 'also of an imported one' sent '/auth/a.xml?far' ali:opml-sesame

AKIN_LOG_LEVEL=debug AKIN_HTTP_LISTEN=off "$akind" 2>"$work/shown/log" &
pid=$!
pids="$pids $pid"
wait_for grep -q 'main started' "$work/shown/log"
"$akin" sync --all -v >"$work/shown/sync2" 2>&1
kill "$pid"
wait "$pid"
for verb in feeds 'feeds --json' 'feeds --problems' export politeness \
	'why-next 1' 'list --json' 'token list --json'; do
	# shellcheck disable=SC2086
	"$akin" $verb >"$work/shown/verb-${verb%% *}-$(echo "$verb" |
		tr -dc a-z)" 2>&1
done
check 'what failed was shown' has "$work/shown/sync" '401: it needs cred'
check 'and the proxy that was dead' has "$work/shown/sync" \
	'far.example.*cannot connect'
check 'no secret is shown anywhere' is "" \
	"$(grep -rlE 'sesame|YWxp' "$work/shown")"
finish
