#!/bin/sh
# SPDX-License-Identifier: ISC
# kill -9 at any moment loses nothing and damages nothing.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www"
start_feedd "$work/www"
make_list 60 25 ""

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

# killed COMMAND...: at another moment of $took ms, and a little beyond, in each
# round
killed() {
	"$@" >>"$work/kill.log" 2>&1 &
	pid=$!
	at=$((took * ((i * 37 + $$) % 110) / 100))
	sleep "$((at / 1000)).$(printf %03d $((at % 1000)))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	"$akin" -q check >>"$work/kill.log" 2>&1 && sound=$((sound + 1))
}

# rounds OF STORE COMMAND...: each begins with a copy of it
rounds() {
	n_rounds=$1
	from=$2
	shift 2
	i=0
	sound=0
	same=0
	while [ $i -lt "$n_rounds" ]; do
		rm -f "$work"/t.db*
		cp "$from" "$work/t.db"
		killed "$@"
		# What was committed is not asked for again; the rest is due.
		"$akin" import "$work/feeds.opml" >>"$work/kill.log" 2>&1
		"$akin" sync >>"$work/kill.log" 2>&1
		n="$(count) $("$akin" related --all | grep -c '"kind"')"
		[ "$n" = "$whole" ] && same=$((same + 1))
		[ "$n" = "$whole" ] || echo "# round $i: $n, not $whole"
		i=$((i + 1))
	done
	what=$*
	check "${what##*/}: check is clean after each of $n_rounds kills" \
		is "$n_rounds" "$sound"
	check 'and the sync after it completes articles and relations' \
		is "$n_rounds" "$same"
}

"$akin" token add one >/dev/null # makes a store without feeds
cp "$work/t.db" "$work/empty.db"
"$akin" import "$work/feeds.opml" >/dev/null
cp "$work/t.db" "$work/fresh.db"
began=$(now_ms)
"$akin" sync || echo "# the undisturbed sync failed"
took=$(($(now_ms) - began))
whole="$(count) $("$akin" related --all | grep -c '"kind"')"
check 'an undisturbed sync has every item' is 1500 "${whole% *}"
cp "$work/t.db" "$work/full.db"

rounds "${AKIN_KILL_ROUNDS:-20}" "$work/fresh.db" "$akin" sync
rounds 4 "$work/fresh.db" "$akind"
rounds 4 "$work/full.db" "$akin" reindex
took=$((took / 10))
rounds 4 "$work/empty.db" "$akin" import "$work/feeds.opml"
finish
