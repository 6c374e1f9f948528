# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2034
# lib.sh - an akind of its own for a shell test: a store, a port, a token.
#
# After serve_start: $base, $user, $secret, $dir; AKIN_DB is set.  Everything
# goes when the test exits.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

dir=$work
akind_pid=

# result STATUS NAME: one line of TAP
result()
{
	n_checks=$((n_checks + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n_checks - $2"
	else
		echo "not ok $n_checks - $2"
	fi
}

# status NAME WANT CURL-ARGUMENTS...: the answer's status; it is in $dir/head and
# $dir/body
status()
{
	name=$1
	want=$2
	shift 2
	got=$(curl -s -o "$dir/body" -D "$dir/head" -w '%{http_code}' \
	    --max-time 20 "$@")
	[ "$got" = "$want" ] || echo "# got $got, not $want"
	[ "$got" = "$want" ]
	result $? "$name"
}

serve_start()
{
	export AKIN_HTTP_LISTEN="127.0.0.1:0, unix:$dir/http.sock"
	: >"$dir/log" # what an earlier one said is not this one's
	"$akind" >"$dir/log" 2>&1 &
	akind_pid=$!
	pids="$pids $akind_pid"
	wait_for grep -q 'listening port=' "$dir/log"
	port=$(sed -n 's/.*listening port=//p' "$dir/log")
	if [ -z "$port" ]; then
		sed 's/^/# /' "$dir/log"
		echo "Bail out! akind does not listen"
		exit 1
	fi
	base=http://127.0.0.1:$port
	user=tester
	secret=$("$akin" token --scope admin --json add $user |
	    sed -n 's/.*"secret": *"\([a-z0-9]*\)".*/\1/p')
}

# serve_stop: and the next one begins with an empty store
serve_stop()
{
	kill "$akind_pid"
	wait "$akind_pid"
	rm -f "$AKIN_DB"*
}

# feeds_start FOLDER: serve files on 127.0.0.1; sets $feeds
feeds_start()
{
	python3 -u -c '
import functools, http.server, sys
h = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
h.func.log_message = lambda *a: None
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), h)
print(s.server_address[1])
s.serve_forever()' "$1" >"$dir/feeds.port" 2>/dev/null &
	pids="$pids $!"
	wait_for test -s "$dir/feeds.port"
	feeds=http://127.0.0.1:$(cat "$dir/feeds.port")
}
