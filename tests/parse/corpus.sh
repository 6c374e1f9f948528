#!/bin/sh
# SPDX-License-Identifier: ISC
# The shared corpora, where they lie beside the source tree.
src=${AKIN_SRCDIR:-.}
bin=${AKIN_BUILDDIR:-.}
corpora=$src/../shared/corpora

echo "1..2"
if [ -x "$corpora/parse/run" ]; then
	out=$("$corpora/parse/run" --bin "$bin/akin" --show 0 \
		--min-percent 99)
	status=$?
	printf '%s\n' "$out" | tail -n 2 | sed 's/^/# /'
	[ $status -eq 0 ] && echo "ok 1 - corpus" || echo "not ok 1 - corpus"
else
	echo "ok 1 - corpus # SKIP not beside the source tree"
fi
if [ -x "$corpora/attacks/attacks" ]; then
	out=$("$corpora/attacks/attacks" check-parse -- \
		"$bin/akin" parse '{file}')
	status=$?
	printf '%s\n' "$out" | tail -n 5 | sed 's/^/# /'
	[ $status -eq 0 ] && echo "ok 2 - attacks" || echo "not ok 2 - attacks"
else
	echo "ok 2 - attacks # SKIP not beside the source tree"
fi
