#!/bin/sh
# SPDX-License-Identifier: ISC
# A second sync beside a first one.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www"
make_feed "$work/www/a.xml" 5
start_feedd "$work/www"
"$akin" import - >/dev/null <<EOF
<opml version="2.0"><body>
<outline type="rss" text="s" xmlUrl="$url/slow/3000/a.xml"/></body></opml>
EOF
"$akin" sync &
pid=$!
wait_for test -s "$work/t.db.lock"
run "$akin" sync
check 'the second sync exits 75' is 75 "$status"
check 'and names the process at work' has "$work/err" "process $pid"
check 'in one line' one_line "$work/err"
run "$akin" mark unread --before 0d
check 'small writes work meanwhile' is 0 "$status"
wait "$pid"
check 'the first one ends well' is 0 "$?"
check 'and has stored its items' is 5 "$(count)"
run "$akin" sync
check 'the lock is free again' is 0 "$status"

# A feed that is removed while it is asked is no failure, and no batch's end.
"$akin" import - >/dev/null <<EOF
<opml version="2.0"><body>
<outline type="rss" text="gone" xmlUrl="$url/slow/2000/a.xml?2"/></body></opml>
EOF
"$akin" sync --all 2>"$work/err" &
pid=$!
wait_for test -s "$work/t.db.lock"
"$akin" remove gone
wait "$pid"
check 'a feed removed under a sync is no failure' is 0 "$?"
check 'nor told' is '' "$(cat "$work/err")"
finish
