#!/bin/sh
# SPDX-License-Identifier: ISC
# demo.sh BUILD - akin on the sample feeds: a store of its own below BUILD, the
# daemon on a loopback port, articles with their related ones. `./bootstrap
# demo` calls it.
set -eu
build=$(cd "${1:-build}" && pwd)
samples=$(cd "$(dirname "$0")/samples" && pwd)
work=$build/demo
port=${AKIN_DEMO_PORT:-2546}

mkdir -p "$work"
rm -f "$work"/demo.db* "$work/akind.log"
AKIN_DB=$work/demo.db
AKIN_HTTP_LISTEN=127.0.0.1:$port
XDG_CONFIG_HOME=$work # nobody's own configuration
export AKIN_DB AKIN_HTTP_LISTEN XDG_CONFIG_HOME
PATH=$build:$PATH

say() {
	printf '\n\033[1m%s\033[0m\n' "$*"
}

say 'akin add etc/samples/*.xml'
akin add --category Samples "$samples"/*.xml

say 'akind (in the background)'
akind 2>"$work/akind.log" &
pid=$!
trap 'kill "$pid" 2>/dev/null || :; wait "$pid" 2>/dev/null || :' EXIT
trap 'exit 130' INT TERM
n=0
until akin sync --all || [ $n -ge 20 ]; do
	n=$((n + 1))
	sleep 0.2
done

say 'akin list --limit 12'
akin list --limit 12

say 'akin threads'
akin threads

for query in 'Averley bridge' 'マースデン' '青岭电子'; do
	id=$(akin list --query "$query" --limit 1 --tsv | cut -f 1)
	[ -n "$id" ] || continue
	say "akin related $id    (found by: $query)"
	akin related "$id"
done

say 'The same in a browser'
akin token revoke demo >/dev/null 2>&1 || :
akin token add demo
echo "akind serves http://127.0.0.1:$port/"
if [ -t 0 ] && [ -t 1 ]; then
	echo 'Control-C stops it.'
	wait "$pid"
fi
