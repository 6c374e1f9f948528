#!/bin/sh
# SPDX-License-Identifier: ISC
# The conformance checks of the reader APIs against a running akind.
. "${AKIN_SRCDIR:-.}/tests/serve/lib.sh"

specs=$AKIN_SRCDIR/../shared/specs
[ -x "$specs/greader-check" ] || skip_all "the checkers are not here"
command -v python3 >/dev/null || skip_all "there is no python3"
serve_start
echo 1..3

check()
{
	name=$1
	shift
	timeout 120 "$@" --user $user --password "$secret" --strict \
	    >"$dir/out" 2>&1
	status=$?
	grep -v '^ok ' "$dir/out" | sed 's/^/# /'
	result $status "$name"
}

check "Google Reader API" "$specs/greader-check" --base "$base" --feed-server
check "Fever API" "$specs/fever-check" --base "$base/fever/" --greader "$base"
serve_stop
serve_start
check "Google Reader API at FreshRSS' path" "$specs/greader-check" \
    --base "$base/api/greader.php/" --feed-server
