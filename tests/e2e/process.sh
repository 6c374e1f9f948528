#!/bin/sh
# SPDX-License-Identifier: ISC
# What a process may be started with: closed descriptors, few of them, no home,
# any umask.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www"
start_feedd "$work/www"
make_list 40 2 slow/200/

(
	umask 000
	"$akin" -q import "$work/feeds.opml"
)
check 'the store is private whatever the umask' \
	is 600 "$(stat -c %a "$work/t.db")"

(
	# shellcheck disable=SC3045 # dash and every other sh has it
	ulimit -n 48
	run "$akin" sync
	check 'few descriptors are enough' is 0 "$status"
	check 'and no feed is blamed' is '' "$(cat "$work/err")"
)
n_checks=$((n_checks + 2))
check 'all articles came' is 80 "$(count)"
(
	# shellcheck disable=SC3045 # dash and every other sh has it
	ulimit -n 12
	run "$akin" sync --all
	check 'too few: exit 69' is 69 "$status"
	check 'and why' has "$work/err" 'Too many open files'
)
n_checks=$((n_checks + 2))

# Less memory than the threads' stacks want: hardly more than a start takes.
# Under a sanitizer no process starts so.
least=40000
# shellcheck disable=SC3045 # dash and every other sh has it
until (ulimit -v "$least" && "$akin" --version) >/dev/null 2>&1 ||
	[ "$least" -ge 100000 ]; do
	least=$((least + 2000))
done
(
	# shellcheck disable=SC3045 # dash and every other sh has it
	ulimit -v "$least"
	"$akin" --version >/dev/null 2>&1 || exit 1
	run "$akin" sync --all
	check 'no memory: exit 69' is 69 "$status"
	check 'and one line that names it' has "$work/err" '^akin: memory: '
	check 'and no other' one_line "$work/err"
	run "$akind"
	check 'akind too: exit 69' is 69 "$status"
	check 'with its line' has "$work/err" '^akind: memory: '
) && n_checks=$((n_checks + 5))

(
	# shellcheck disable=SC3045 # dash and every other sh has it
	ulimit -f 8
	AKIN_DB=$work/small.db run "$akin" import "$work/feeds.opml"
	check 'a file that may not grow: exit 69' is 69 "$status"
	check 'and which limit it is' has "$work/err" \
		'^akin: .*small\.db: .*ulimit -f'
	check 'in one line' one_line "$work/err"
)
n_checks=$((n_checks + 3))
rm -f "$work"/small.db*

# Of eight that remove one feed at once, one does.
i=0
while [ $i -lt 5 ]; do
	i=$((i + 1))
	for n in 1 2 3 4 5 6 7 8; do
		{
			"$akin" remove $i 2>"$work/err$n"
			echo $?
		} >"$work/rc$n" &
		pids="$pids $!"
		racers="${racers:-} $!"
	done
	# shellcheck disable=SC2086 # words
	wait $racers
	racers=
	cat "$work"/rc[1-8] >>"$work/rcs"
	cat "$work"/err[1-8] >>"$work/errs"
done
check 'one of eight removes it, to the others it is gone' \
	is '5 0,35 1' "$(sort "$work/rcs" | uniq -c | sed 's/^ *//' | paste -sd ,)"
check 'which they say' is 35 "$(grep -c '^akin: [0-9]: .*no such feed' "$work/errs")"

# Nothing that is opened may be taken for the terminal.
AKIN_LOG_LEVEL=debug "$akind" <&- >&- 2>&- &
pid=$!
pids="$pids $pid"
check 'closed descriptors: akind starts' wait_for test -S "$work/t.db.sock"
numbers() { # what stands there
	is '/dev/null /dev/null /dev/null' \
		"$(readlink "/proc/$pid/fd/0" "/proc/$pid/fd/1" \
			"/proc/$pid/fd/2" | tr '\n' ' ' | sed 's/ $//')"
}
check 'none of its files has their numbers' wait_for numbers
run "$akin" sync <&-
check 'no standard input: akin works' is 0 "$status"
kill "$pid"
wait "$pid"
"$akin" feeds >&- 2>"$work/err"
check 'no standard output is told' is 1 $?

# A shell under systemd has INVOCATION_ID, and is no service.
env -u AKIN_DB INVOCATION_ID=1 "$akind" 2>"$work/log" &
pid=$!
pids="$pids $pid"
check 'akind finds the store that akin has' \
	wait_for test -S "$work/akin/akin.db.sock"
kill "$pid"
wait "$pid"
run env -u AKIN_DB -u XDG_DATA_HOME -u HOME "$akin" feeds
check 'no home: exit 2' is 2 "$status"
check 'which is told' has "$work/err" '^akin: store: there is no .HOME'
run env -u AKIN_DB -u XDG_DATA_HOME -u HOME "$akind"
check 'akind too' is 2 "$status"
check 'in one line' one_line "$work/err"
finish
