# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2034
# lib.sh - an akind of its own for a shell test: a store, a port, a token.
#
# After serve_start: $base, $user, $secret, $dir; AKIN_DB is set.  Everything
# goes when the test exits.

: "${AKIN_SRCDIR:=.}" "${AKIN_BUILDDIR:=.}"
akin=$AKIN_BUILDDIR/akin
n_tests=0

skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

# result STATUS NAME: one line of TAP
result()
{
	n_tests=$((n_tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n_tests - $2"
	else
		echo "not ok $n_tests - $2"
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

serve_stop()
{
	[ -z "$akind_pid" ] || kill "$akind_pid" 2>/dev/null
	[ -z "$akind_pid" ] || wait "$akind_pid" 2>/dev/null
	akind_pid=
	[ -z "$feeds_pid" ] || kill "$feeds_pid" 2>/dev/null
	rm -rf "$dir"
}

serve_start()
{
	akind_pid=
	feeds_pid=
	dir=$(mktemp -d "${TMPDIR:-/tmp}/akin-serve-XXXXXX")
	trap serve_stop EXIT
	trap 'exit 1' INT TERM
	export AKIN_DB="$dir/a.db" AKIN_FETCH_ALLOW=127.0.0.0/8
	export AKIN_HTTP_LISTEN="127.0.0.1:0, unix:$dir/http.sock"
	export XDG_CONFIG_HOME="$dir"
	"$AKIN_BUILDDIR/akind" >"$dir/log" 2>&1 &
	akind_pid=$!
	port=
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		port=$(sed -n 's/.*listening port=//p' "$dir/log" 2>/dev/null)
		[ -n "$port" ] && break
		sleep 0.25
	done
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
	feeds_pid=$!
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ -s "$dir/feeds.port" ] && break
		sleep 0.5
	done
	feeds=http://127.0.0.1:$(cat "$dir/feeds.port")
}
