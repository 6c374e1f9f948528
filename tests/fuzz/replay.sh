#!/bin/sh
# SPDX-License-Identifier: ISC
# Every fuzz target over its seeds and, where they are, the shared corpora.
src=${AKIN_SRCDIR:-.}
bin=${AKIN_BUILDDIR:-.}
n=0

# The further inputs of a target: directories of files.
more() {
	case $1 in
	parse | clean)
		[ -d "$src/tests/data/$1" ] && echo "$src/tests/data/$1"
		;;
	esac
}

for target in "$bin"/tests/fuzz/f_*; do
	case $target in
	*.o | *.trs | *.log) continue ;;
	esac
	[ -x "$target" ] && [ -f "$target" ] || continue
	name=${target##*/f_}
	n=$((n + 1))
	# shellcheck disable=SC2046
	if find "$src/tests/fuzz/seeds/$name" $(more "$name") -type f \
		-exec "$target" {} + >"$bin/tests/fuzz/replay.$name.out" 2>&1
	then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$bin/tests/fuzz/replay.$name.out"
	fi
	rm -f "$bin/tests/fuzz/replay.$name.out"
done
echo "1..$n"
