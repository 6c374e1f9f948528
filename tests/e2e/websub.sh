#!/bin/sh
# SPDX-License-Identifier: ISC
# akind as a subscriber, judged by a hub that tests subscribers.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

hub=$src/../shared/specs/websub-hub
[ -x "$hub" ] || skip_all 'no ../shared/specs/websub-hub'
command -v python3 >/dev/null || skip_all 'no python3'

# It is in the callbacks, so it has to be known before.
port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
AKIN_FETCH_ALLOW=127.0.0.1/32
AKIN_FETCH_HOST_INTERVAL=0
AKIN_HTTP_LISTEN=127.0.0.1:$port
AKIN_WEBSUB_CALLBACK=http://127.0.0.1:$port
AKIN_WEBSUB_MIN_LEASE=10
export AKIN_FETCH_ALLOW AKIN_FETCH_HOST_INTERVAL AKIN_HTTP_LISTEN
export AKIN_WEBSUB_CALLBACK AKIN_WEBSUB_MIN_LEASE

"$akind" 2>"$work/log" &
pid=$!
pids="$pids $pid"
check 'akind listens' \
	wait_for grep -q "listening port=$port" "$work/log"

# A busy machine makes waits longer, but no answer wrong.
run timeout 300 "$hub" --akin "$akin --db $AKIN_DB" --html --jobs 6 --wait 40
check 'every case passes' is 0 "$status"
grep '^FAIL' "$work/out" | sed 's/^/# /'
check 'and says so' has "$work/out" '^[0-9]+ passed, 0 failed'
token=$("$akin" token add hub --scope write)
run timeout 300 "$hub" --akind "http://127.0.0.1:$port" --token "$token" \
	--jobs 6 --wait 40 --no-lease
check 'so it does when akind is driven by its API' is 0 "$status"
grep '^FAIL' "$work/out" | sed 's/^/# /'

kill -TERM "$pid"
wait "$pid"
check 'akind stops' is 0 "$?"
run "$akin" check
check 'the store is sound' is 0 "$status"
finish
