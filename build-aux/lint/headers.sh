#!/bin/sh
# SPDX-License-Identifier: ISC
# headers.sh [SRCDIR] - each header compiles alone and has its guard.
set -u
cd "${1:-.}/src" || exit 2
bad=0
flags=$(pkg-config --cflags libevent libcurl libxml-2.0 sqlite3 icu-uc jansson)
for h in */*.h; do
	guard=$(echo "$h" | tr 'a-z/.-' 'A-Z___')
	grep -q "^#ifndef $guard\$" "$h" || {
		echo "headers: $h: guard is not $guard" >&2
		bad=1
	}
	# shellcheck disable=SC2086
	echo "#include \"$h\"" | ${CC:-cc} -std=gnu11 -D_GNU_SOURCE $flags -I. -I.. \
		-fsyntax-only -x c - || bad=1
done
exit $bad
