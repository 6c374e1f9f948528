#!/bin/sh
# SPDX-License-Identifier: ISC
# run.sh time|count PROGRAM... - run the benches from the build folder. Each
# b_* program is given the corpus folder and prints TSV lines; b_relate goes up
# to $BENCH_ARTICLES articles, 10,000 or for the whole curve 1,000,000.
set -eu
mode=$1
shift
corpus=bench/corpus
feeds=${BENCH_FEEDS:-300}

[ -f "$corpus/feeds.opml" ] || {
	echo "bench: making $feeds feeds in $corpus" >&2
	bench/gen "$(pwd)/$corpus" "$feeds"
}
cc=$(${CC:-cc} --version | head -n 1)
flags=$(sed -n 's/^CFLAGS = //p' Makefile)
commit=$(git -C "$(sed -n 's/^abs_top_srcdir = //p' Makefile)" \
	rev-parse --short HEAD 2>/dev/null || echo none)
printf '# commit %s, %s, %s, %s feeds, %s bytes\n' "$commit" "$cc" "$flags" \
	"$feeds" "$(cat "$corpus"/*.xml | wc -c)"
printf 'name\tunit\tmedian\tmin\tmax\trounds\n'
for program; do
	case $program in
	*/b_relate) input=${BENCH_ARTICLES:-10000} ;;
	*/b_*) input=$corpus ;;
	*) continue ;;
	esac
	if [ "$mode" = time ]; then
		"$program" "$input"
	else
		n=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
			"$program" "$input" 2>&1 |
			sed -n 's/.*Collected : \([0-9]*\).*/\1/p')
		printf '%s\tinstructions\t%s\t\t\t1\n' "${program##*/}" "$n"
	fi
done

# The whole way, as a user runs it: local files into a fresh store, then a poll
# of all of them with nothing changed.
[ "$mode" = time ] || exit 0
AKIN_DB=bench/bench.db
export AKIN_DB
rm -f "$AKIN_DB"*
cpu() { # NAME COMMAND...: CPU seconds of the command
	name=$1
	shift
	(
		"$@" >/dev/null
		times
	) | awk -v name="$name" '{ line = $0 }
		END { split(line, t, /[ ms]+/)
			printf "%s\tCPU s\t%.2f\t\t\t1\n", name,
				t[1] * 60 + t[2] + t[3] * 60 + t[4] }'
}
cpu add_all ./akin add "$corpus"/*.xml
cpu sync_unchanged_and_relate ./akin sync --all
