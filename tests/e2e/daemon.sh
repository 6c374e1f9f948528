#!/bin/sh
# SPDX-License-Identifier: ISC
# akind under a service manager's protocol, and akin beside it.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www"
make_feed "$work/www/a.xml" 10
make_feed "$work/www/b.xml" 10
start_feedd "$work/www"
"$akin" add "$url/a.xml" >/dev/null

"$build/tests/e2e/notifyd" "$work/notify" >"$work/notified" &
pids="$pids $!"
wait_for test -S "$work/notify"
NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=400000 "$akind" 2>"$work/log" &
pid=$!
pids="$pids $pid"

check 'READY=1 comes' wait_for grep -q '^READY=1' "$work/notified"
check 'the watchdog is answered' \
	wait_for grep -q '^WATCHDOG=1' "$work/notified"
check 'the control socket is private to user and group' \
	is 660 "$(stat -c %a "$work/t.db.sock")"
check 'log lines are LEVEL AREA and keys' \
	has "$work/log" '^[0-9TZ:-]+ info main started version='

run "$akin" sync --all -v
check 'akin sync asks the running akind' is 0 "$status"
check 'and hears how it went' has "$work/out" '^1 feeds, 1 unchanged'

run "$akin" add "$url/b.xml"
check 'akin add works beside akind' is 0 "$status"
check 'its articles are there' is 20 "$(count)"
run "$akin" mark read --feed "$url/b.xml"
check 'akin mark works beside akind' is 0 "$status"
check 'and is seen' is 10 "$("$akin" list --unread --tsv | wc -l)"
related() {
	"$akin" related --all | grep -q '"thread":[0-9]'
}
check 'akind relates what akin added' wait_for related

run "$akind"
check 'a second akind exits 75' is 75 "$status"
check 'and names who polls' has "$work/err" "process $pid"

kill -HUP "$pid"
check 'SIGHUP reloads' wait_for grep -q 'info conf reloaded' "$work/log"
check 'and tells so' has "$work/notified" '^RELOADING=1'
check 'nothing needs a restart' sh -c "! grep -q restart '$work/log'"
mkdir -p "$work/akin"
printf '[parse]\nworkers = 3\n' >"$work/akin/akin.conf"
kill -HUP "$pid"
check 'what needs a restart is told' wait_for \
	grep -q 'warn conf needs a restart key="\[parse\] workers"' "$work/log"
printf '[fetch]\ntiemout = 1\n' >"$work/akin/akin.conf"
kill -HUP "$pid"
check 'a mistake is logged' \
	wait_for grep -q 'akin.conf:2: unknown key' "$work/log"
check 'and akind goes on' kill -0 "$pid"
rm "$work/akin/akin.conf"

# A feed that answers late is under way when akind has to stop.
"$akin" import - >/dev/null <<EOF
<opml version="2.0"><body>
<outline type="rss" text="s" xmlUrl="$url/slow/50000/a.xml"/></body></opml>
EOF
"$akin" sync --all >"$work/late" 2>&1 &
late=$!
check 'a slow feed is being asked' wait_for sh -c \
	"echo '{\"cmd\":\"status\"}' | $build/tests/e2e/ask '$work/t.db.sock' |
	grep '\"polling\":[1-9]' | grep -q '\"asked\":true'"
began=$(date +%s)
kill -TERM "$pid"
wait "$pid"
status=$?
took=$(($(date +%s) - began))
wait "$late"
late_status=$?
check 'SIGTERM: exit 0' is 0 "$status"
check 'it waits for no answer' test "$took" -lt 40
check 'STOPPING=1 came' has "$work/notified" '^STOPPING=1'
check 'akin sync was told' is 69 "$late_status"
check 'the socket is gone' test ! -e "$work/t.db.sock"
run "$akin" check
check 'the store is sound' is 0 "$status"
finish
