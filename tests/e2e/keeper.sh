#!/bin/sh
# SPDX-License-Identifier: ISC
# akind looks after its store: the retention, and a file that is replaced.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

make_feed "$work/a.xml" 10
"$akin" add "$work/a.xml" >/dev/null
"$akin" mark read --feed 1
"$akin" mark star 1
AKIN_STORE_KEEP_ITEMS=3
export AKIN_STORE_KEEP_ITEMS

start_akind() {
	"$akind" 2>>"$work/log" &
	pid=$!
	pids="$pids $pid"
}
holds() { # N articles
	[ "$(count)" = "$1" ]
}

start_akind
check 'the retention is applied, a star stays' wait_for holds 4
check 'and logged' wait_for grep -q 'keeper retention articles=6' "$work/log"
run "$akin" backup "$work/copy.db"
check 'a copy is made meanwhile' is 0 "$status"
"$akin" mark unstar 1
rm "$work/t.db"
check 'akind ends when its store is removed' wait_for sh -c "! kill -0 $pid"
wait "$pid"
check 'with 69' is 69 $?
check 'and says why' has "$work/log" 'err keeper the store was removed'
check 'the removed store is not made anew' test ! -e "$work/t.db"

rm -f "$work"/t.db-*
mv "$work/copy.db" "$work/t.db"
start_akind
check 'it starts on what is put there' \
	wait_for test -S "$work/t.db.sock"
check 'which is as it was' is 4 "$(count)"
run "$akin" check
check 'and sound' is 0 "$status"
kill "$pid"
wait "$pid"
check 'SIGTERM: exit 0' is 0 $?

make_feed "$work/a.xml" 2 50
export AKIN_STORE_QUOTA=64K
run "$akin" sync --all
check 'over its quota: exit 1' is 1 "$status"
check 'in one line' one_line "$work/err"
check 'which names the option' has "$work/err" 'store\] quota'
check 'no article is taken' holds 4
run "$akin" mark read --feed 1
check 'what is there can be read' is 0 "$status"
unset AKIN_STORE_QUOTA
run "$akin" sync --all
check 'with more room none was lost' holds 6
finish
