#!/bin/sh
# SPDX-License-Identifier: ISC
# Golden pairs: NAME.xml or NAME.jsonfeed as `akin parse` prints it is NAME.json.
# `make golden` rewrites them; the diff is the review.
src=${AKIN_SRCDIR:-.}
bin=${AKIN_BUILDDIR:-.}
data=$src/tests/data/parse
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0

for input in "$data"/*.xml "$data"/*.jsonfeed; do
	want=${input%.*}.json
	name=${want##*/}
	n=$((n + 1))
	"$bin"/akin parse --url http://feed.example/dir/feed.xml "$input" \
		>"$tmp/out" 2>&1
	if [ -n "${GOLDEN_WRITE:-}" ]; then
		cp "$tmp/out" "$want"
	fi
	if diff -u "$want" "$tmp/out" >"$tmp/diff" 2>&1; then
		echo "ok $n - ${name%.json}"
	else
		echo "not ok $n - ${name%.json}"
		sed 's/^/# /' "$tmp/diff"
	fi
done
echo "1..$n"
