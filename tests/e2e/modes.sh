#!/bin/sh
# SPDX-License-Identifier: ISC
# Every way in which the rig's server can misbehave, one by one: a fresh store,
# the feed beside two healthy ones: what becomes of it, what is said, what it
# costs, and that the others do not feel it. Four workers share the modes.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"
rig=$src/../shared/rig
[ -x "$rig/genfeeds" ] || skip_all 'no ../shared/rig'

# MODE OUTCOME ARTICLES
table='100 other 0
204 no-content 0
206 other 0
226 not-a-feed 0
300 bad-redirect 0
304 other 0
400 bad-request 0
401 unauthorized 0
402 refused 0
403 refused 0
404 not-found 0
405 bad-request 0
406 bad-request 0
407 unauthorized 0
408 server-error 0
410 gone 0
411 bad-request 0
414 bad-request 0
418 other 0
421 server-error 0
425 server-error 0
429 too-many-requests 0
429,30 too-many-requests 0
429,date:7200 too-many-requests 0
431 bad-request 0
451 refused 0
500 server-error 0
501 bad-request 0
502 server-error 0
503 unavailable 0
503,3600 unavailable 0
503,date:60 unavailable 0
504 server-error 0
505 bad-request 0
redir,301,1 ok 8
redir,302,3 ok 8
redir,303,1 ok 8
redir,307,2 ok 8
redir,308,5 ok 8
redir,302,6 bad-redirect 0
redirhost,302,127.9.9.9 ok 8
redirhost,302,10.0.0.1 denied 0
redirurl,302,file denied 0
redirurl,301,ftp denied 0
redirbad bad-redirect 0
noloc bad-redirect 0
loop,302 bad-redirect 0
loop,301,3 bad-redirect 0
delay,300 ok 8
slow,400 timeout 0
slowhead,20 timeout 0
hang timeout 0
stall,50 timeout 0
close cut 0
reset cut 0
trunc,50 cut 0
resetbody,50 cut 0
lenshort,100 cut 0
lenlong,100 cut 0
nolen ok 8
chunked ok 8
chunktrunc cut 0
badchunk cut 0
garbage other 0
bighead,8 ok 8
bighead,64 too-big 0
endlesshead,64 too-big 0
huge,8 ok 1
huge,64 too-big 0
attr,8 ok 1
items,5000 ok 2000
deep,200 ok 0
deep,100000 ok 0
endless too-big 0
bomb,8 too-big 0
bomb,256 too-big 0
xxe ok 1
laughs ok 1
gziplie cut 0
badgzip cut 0
truncgzip cut 0
gzipalways ok 8
html not-a-feed 0
empty not-a-feed 0
binary not-a-feed 0
type,text,plain ok 8
flaky,1 unavailable 0
flaky,1,500 server-error 0
every,1 server-error 0
after,1,410 ok 8
cache,7200 ok 8
cookie ok 8
plain ok 8'

# --- the server
make -s -C "$rig" BIN="$work/bin" "$work/bin/feedserver" >"$work/out" 2>&1 ||
	skip_all 'the rig cannot be built here'
python3 "$rig/genfeeds" "$work/c" -n 3 -m 8 -x 0 --hosts each --malformed 0 \
	--port 8900 >"$work/out" 2>&1 || skip_all 'no corpus can be made here'
port=$((20000 + $$ % 10000))
until "$work/bin/feedserver" -q -d "$work/c" -p "$port" -l "$work/log" \
	--max-seconds 900 2>"$work/served" &
	server=$!
	sleep 0.3
	kill -0 "$server" 2>/dev/null; do
	port=$((port + 1))
	[ $port -lt 31000 ] || skip_all 'no port is free'
done
pids="$pids $server"
sed "s/:8900/:$port/" "$work/c/urls.txt" >"$work/urls"
good1=$(sed -n 1p "$work/urls") good2=$(sed -n 2p "$work/urls")
third=$(sed -n 3p "$work/urls")
path=/${third#*://*/}
base=${third%"$path"}

# --- all modes are in the table
echo "$table" | sed 's/[, ].*//' | sort -u >"$work/known"
# shellcheck disable=SC2016 # Markdown
sed -n '/^| mode | what/,/^$/p' "$rig/README.md" | cut -d '|' -f 2 |
	grep -o '`[^`]*`' | tr -d '`' | tr ' ' '\n' | sed 's/[[,].*//' |
	grep -v '^\.*$' | sort -u >"$work/told"
check 'the rig tells its modes' test "$(wc -l <"$work/told")" -gt 40
check 'and all of them are tried' is '' "$(comm -13 "$work/known" "$work/told")"

# --- each
AKIN_FETCH_CONNECT_TIMEOUT=2 AKIN_FETCH_FIRST_BYTE_TIMEOUT=1
AKIN_FETCH_TIMEOUT=3 AKIN_RELATE_ENABLED=no
export AKIN_FETCH_CONNECT_TIMEOUT AKIN_FETCH_FIRST_BYTE_TIMEOUT
export AKIN_FETCH_TIMEOUT AKIN_RELATE_ENABLED

value() { # MEMBER FILE
	grep -o "\"$1\": *[^,}]*" "$2" | head -1 |
		sed 's/^[^:]*: *//; s/^"//; s/"$//'
}
peak() { # FILE COMMAND...: kB of its largest process
	to=$1
	shift
	if [ -x /usr/bin/time ]; then
		/usr/bin/time -q -a -o "$to" -f %M "$@"
	else
		"$@"
	fi
}
# one MODE: all that is to be seen of it, in the folder $work/m/MODE
one() {
	dir=$work/m/$1
	mkdir -p "$dir"
	AKIN_DB=$dir/a.db
	bad=$base/x/$1$path
	case $1 in
	after,* | flaky,* | every,* | html) ;; # they count, or lead on
	*)
		peak "$dir/peak" "$akin" add "$bad" >"$dir/out" 2>"$dir/add"
		echo $? >"$dir/added"
		rm -f "$dir"/a.db*
		;;
	esac
	for url in "$bad" "$good1" "$good2"; do
		echo "<outline type=\"rss\" xmlUrl=\"$url\"/>"
	done | {
		echo '<opml version="2.0"><body>'
		cat
		echo '</body></opml>'
	} | "$akin" -q import -
	peak "$dir/peak" "$akin" sync >"$dir/out" 2>"$dir/err"
	echo $? >"$dir/status"
	"$akin" sync >"$dir/again" 2>&1
	echo $? >>"$dir/again"
	"$akin" feeds --json 1 >"$dir/feed"
	{
		"$akin" feeds --json 2
		"$akin" feeds --json 3
	} >"$dir/good"
	"$akin" why-next 1 >"$dir/why"
	rm -f "$dir"/a.db*
}

for worker in 0 1 2 3; do
	echo "$table" | awk -v w=$worker 'NR % 4 == w { print $1 }' |
		while read -r mode; do one "$mode"; done &
	workers="${workers:-} $!"
	pids="$pids $!"
done
# shellcheck disable=SC2086 # words
wait $workers

# judge MODE OUTCOME ARTICLES
judge() {
	dir=$work/m/$1
	is "$2" "$(value outcome "$dir/feed")" || return 1
	is "$3" "$(value articles "$dir/feed")" || return 1
	is 2 "$(grep -c '"outcome": *"ok"' "$dir/good")" || return 1
	is 0 "$(tr -d '\n' <"$dir/again")" || return 1
	case $2 in
	ok | no-content)
		is ok "$(value state "$dir/feed")" &&
			is 0 "$(cat "$dir/status")" &&
			is '' "$(cat "$dir/err")"
		;;
	*)
		is failing "$(value state "$dir/feed")" &&
			is 1 "$(cat "$dir/status")" && one_line "$dir/err" &&
			has "$dir/why" 'failed once: ' || return 1
		;;
	esac || return 1
	case $2 in
	ok) [ ! -f "$dir/added" ] || is 0 "$(cat "$dir/added")" ;;
	denied) has "$dir/err" 'fetch. allow|not an http or https URL' ;;
	no-content) is 1 "$(cat "$dir/added")" && one_line "$dir/add" ;;
	*)
		# What happened, and what can be done or is done about it.
		has "$dir/err" ': [^;]+; [a-z\[].*[a-z)]$' || return 1
		[ ! -f "$dir/added" ] || {
			is 1 "$(cat "$dir/added")" && one_line "$dir/add"
		}
		;;
	esac
}
echo "$table" >"$work/table"
while read -r mode outcome articles; do
	check "$mode: $outcome" judge "$mode" "$outcome" "$articles"
done <"$work/table"
check 'no entity was fetched' is 0 "$(grep -c xxe-was-here "$work/log")"

most=$(cat "$work"/m/*/peak 2>/dev/null | sort -n | tail -1)
# A sanitizer has its own idea of memory, and needs more of it than there is.
# shellcheck disable=SC3045 # dash and every other sh has ulimit -v
if [ -n "$most" ] && (ulimit -v 1000000 && "$akin" --version) >/dev/null 2>&1
then
	check "no more than 64 MB in any of them ($most kB)" \
		test "$most" -le 65536
fi
finish
