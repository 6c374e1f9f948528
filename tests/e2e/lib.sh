# shellcheck shell=sh disable=SC2034
# SPDX-License-Identifier: ISC
# lib.sh - what the shell tests share: TAP, a folder of their own, feeds, a
# feed server. A test sources it, calls `check NAME COMMAND...` for each
# assertion, and ends with `finish`.
set -u
build=${AKIN_BUILDDIR:-.}
src=${AKIN_SRCDIR:-.}
akin=$build/akin
akind=$build/akind
n_checks=0
work=$(mktemp -d) || exit 1
pids=

XDG_CONFIG_HOME=$work
XDG_DATA_HOME=$work
AKIN_DB=$work/t.db
AKIN_FETCH_ALLOW=127.0.0.0/8
AKIN_HTTP_LISTEN=off
LC_ALL=C.UTF-8
export XDG_CONFIG_HOME XDG_DATA_HOME AKIN_DB AKIN_FETCH_ALLOW AKIN_HTTP_LISTEN
export LC_ALL
unset NOTIFY_SOCKET WATCHDOG_USEC AKIN_CLOCK_OFFSET JOURNAL_STREAM || :

clean_up() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# check NAME COMMAND...: one assertion; what a failing one printed follows it.
check() {
	name=$1
	shift
	n_checks=$((n_checks + 1))
	if "$@" >"$work/check.out" 2>&1; then
		echo "ok $n_checks - $name"
	else
		echo "not ok $n_checks - $name"
		sed 's/^/# /' "$work/check.out" | head -20
	fi
}

# run COMMAND...: its status, output and errors are in $status, $work/out,
# $work/err.
run() {
	"$@" >"$work/out" 2>"$work/err"
	status=$?
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

finish() {
	echo "1..$n_checks"
}

is() { # WANTED GOT
	[ "$1" = "$2" ] || {
		echo "wanted: $1"
		echo "got:    $2"
		return 1
	}
}

has() { # FILE PATTERN
	grep -qE -- "$2" "$1" || {
		echo "no /$2/ in:"
		cat "$1"
		return 1
	}
}

one_line() { # FILE: exactly one, by one of us
	is 1 "$(wc -l <"$1")" && has "$1" '^akind?: '
}

count() { # articles in the store
	"$akin" list --tsv | wc -l
}

# make_feed FILE N [FIRST]: an RSS feed of N items
make_feed() {
	name=${1##*/}
	awk -v n="$2" -v first="${3:-1}" -v name="${name%.xml}" 'BEGIN {
		print "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel>"
		print "<title>Feed " name "</title>"
		print "<link>http://" name ".example/</link>"
		print "<description>d</description>"
		for (i = first; i < first + n; i++) {
			print "<item><title>Item " i " of " name "</title>"
			print "<link>http://" name ".example/" i "</link>"
			print "<guid>" name "-" i "</guid>"
			print "<description>Words " i " about " name \
			    " and more</description></item>"
		}
		print "</channel></rss>"
	}' >"$1"
}

# make_list N ITEMS PATH: N feeds of ITEMS in $work/www; $work/feeds.opml has
# them as $url/PATHf0.xml and so on, behind start_feedd
make_list() {
	{
		echo '<opml version="2.0"><head><title>t</title></head><body>'
		i=0
		while [ $i -lt "$1" ]; do
			make_feed "$work/www/f$i.xml" "$2"
			echo "<outline type=\"rss\" xmlUrl=\"$url/$3f$i.xml\"/>"
			i=$((i + 1))
		done
		echo '</body></opml>'
	} >"$work/feeds.opml"
}

# start_feedd DIR: serves it; $url is where, $work/requests its log
start_feedd() {
	mkfifo "$work/port" "$work/life"
	"$build/tests/e2e/feedd" "$1" "$work/requests" \
		<"$work/life" >"$work/port" &
	pids="$pids $!"
	exec 9>"$work/life" # the server ends with this test
	read -r port <"$work/port"
	url=http://127.0.0.1:$port
}

# wait_for COMMAND...: until it succeeds. How long a busy machine takes is no
# matter of any test; two minutes are for what never comes.
wait_for() {
	end=$(($(date +%s) + 120))
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$end" ] || return 1
		sleep 0.1
	done
}
