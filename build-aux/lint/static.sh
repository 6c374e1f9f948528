#!/bin/sh
# SPDX-License-Identifier: ISC
# static.sh [SRCDIR] - clang-tidy and cppcheck over src. Needs a configured
# build tree in $BUILDDIR for config.h and the generated headers.
set -u
cd "${1:-.}" || exit 2
build=${BUILDDIR:-build}
bad=0
flags="-std=gnu11 -D_GNU_SOURCE -Isrc -I. -I$build -I$build/src
	-DAK_SYSCONFDIR=\"/etc\" -DAK_LOCALSTATEDIR=\"/var\"
	$(pkg-config --cflags libevent libcurl libxml-2.0 sqlite3 icu-uc jansson)"
if command -v clang-tidy >/dev/null; then
	# shellcheck disable=SC2086
	git ls-files 'src/*.c' | xargs -P 2 -n 4 sh -c '
		flags=$1; shift
		clang-tidy --quiet "$@" -- $flags 2>/dev/null' sh "$flags" |
		tee "$build/clang-tidy.log" | grep -E 'warning:|error:' >&2 && bad=1
else
	echo 'static: no clang-tidy, skipped' >&2
fi
if command -v cppcheck >/dev/null; then
	# Without system headers cppcheck cannot see that TAILQ_FOREACH and
	# HASH_ITER set their variables; gcc and clang-tidy look with them.
	cppcheck --quiet --std=c11 -j 2 --inline-suppr \
		--enable=warning,performance,portability \
		--suppress=missingIncludeSystem --suppress=unknownMacro \
		--suppress=uninitvar --suppress=syntaxError \
		--error-exitcode=1 -Isrc src || bad=1
else
	echo 'static: no cppcheck, skipped' >&2
fi
exit $bad
