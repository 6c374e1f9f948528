#!/bin/sh
# SPDX-License-Identifier: ISC
# Whatever is wrong is told in one line, with the manual's exit status.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

# wrong STATUS NAME COMMAND...
wrong() {
	wanted=$1
	name=$2
	shift 2
	run "$@"
	check "$name: exit $wanted" is "$wanted" "$status"
	check "$name: one line on stderr" one_line "$work/err"
	check "$name: nothing on stdout" is 0 "$(wc -c <"$work/out")"
}

cd "$work" || exit 1
: >empty
echo '<html><body>a page</body></html>' >page.html
echo 'no database, but long enough to be looked at as if it were one' >no.db
truncate -s 1G big
mkdir folder

wrong 2 'no arguments' "$akin"
wrong 2 'unknown verb' "$akin" snyc
check 'a suggestion is made' has "$work/err" 'did you mean "sync"'
wrong 2 'a verb like none' "$akin" foo
check 'none is made' has "$work/err" 'akin help lists'
wrong 2 'the beginning of a verb' "$akin" lis
check 'one is made' has "$work/err" 'did you mean "list"'
wrong 2 'unknown option' "$akin" --bogus
wrong 2 'unknown option of a verb' "$akin" list --bogus
wrong 2 'missing value' "$akin" list --limit
wrong 2 'bad value' "$akin" list --limit many
check 'the option is named' has "$work/err" "^akin: --limit: takes .* not 'many'"
wrong 2 'no configuration' "$akin" -c nowhere list
printf '[fetch]\n\033[31mtimeout = 1\n' >odd.conf
wrong 2 'akind, odd configuration' "$akind" -c odd.conf
check 'no control character is shown' has "$work/err" '"\?\[31mtimeout"'
wrong 2 'odd configuration' "$akin" -c odd.conf list
check 'nor here' has "$work/err" '"\?\[31mtimeout"'
wrong 69 'no store' "$akin" list
wrong 69 'no store to look after' "$akin" gc
wrong 69 'no store with tokens' "$akin" token revoke phone
check 'none is made' test ! -e t.db

for verb in parse import; do
	wrong 65 "$verb no file" "$akin" $verb nowhere
	wrong 65 "$verb folder" "$akin" $verb folder
	wrong 65 "$verb empty file" "$akin" $verb empty
	wrong 65 "$verb HTML page" "$akin" $verb page.html
	wrong 65 "$verb 1 GB" "$akin" $verb big
done
wrong 1 'add folder' "$akin" add ./folder
wrong 1 'add empty file' "$akin" add ./empty
wrong 1 'add HTML page' "$akin" add ./page.html
wrong 1 'add 1 GB' "$akin" add ./big
wrong 1 'add private address' "$akin" add http://10.0.0.1/feed
check 'the error names the option' has "$work/err" 'fetch\] allow'
wrong 1 'add other scheme' "$akin" add gopher://x/y

wrong 69 'list, no database' "$akin" --db no.db list
wrong 69 'sync, no database' "$akin" --db no.db sync
wrong 69 'add, no database' "$akin" --db no.db add ./empty
wrong 69 'store is a folder' "$akin" --db folder list
wrong 69 'akind, no database' "$akind" --db no.db
wrong 2 'akind, unknown option' "$akind" --bogus
wrong 69 'akind, no place to listen' env AKIN_DB=listen.db \
	AKIN_HTTP_LISTEN="unix:$work/nowhere/s" "$akind"
check 'the reason is told in words' has "$work/err" 'No such file'
check 'a file that is no store is left alone' has no.db '^no database'

make_feed feed.xml 3
"$akin" add ./feed.xml >/dev/null
wrong 1 'unknown feed' "$akin" sync 99
run "$akin" sync --json 98 1 99
check 'two unknown feeds of three: exit 1' is 1 "$status"
check 'each is named' is 2 "$(grep -c '^akin: 9[89]: no such feed' err)"
check 'the other is polled' has out '^\{"feed":1,'
wrong 1 'unknown article' "$akin" show 99
wrong 1 'remove unknown feed' "$akin" remove nothing
wrong 2 'bad time' "$akin" list --since whenever
wrong 2 'a header of two lines' "$akin" edit --header 'A: b
Host: c' 1
wrong 2 'a date is no interval' "$akin" edit --interval 1960-01-01 1
wrong 2 'one article twice' "$akin" related --wrong 1 1
wrong 2 'too many arguments' "$akin" gc now
wrong 69 'backup nowhere' "$akin" backup nowhere/t.db
check 'the path is named once' has "$work/err" '^akin: nowhere/t.db: [^:]*$'
wrong 2 'mark without a word' "$akin" mark 1
wrong 1 'unknown category' "$akin" list --category nothing
wrong 1 'unknown category of feeds' "$akin" feeds --category nothing
wrong 1 'unknown thread' "$akin" list --thread 999
wrong 1 'a story that is not there' "$akin" threads 999
wrong 2 'a story is a number' "$akin" threads first
wrong 2 'an empty search' "$akin" search ''
wrong 2 'nothing but what must not be there' "$akin" search -bridge
wrong 2 'an empty query' "$akin" list --query '"'
wrong 2 'a long query' "$akin" search "$(printf "%02000d" 1)"
wrong 2 'a pair put together, of one' "$akin" related --right 1
wrong 2 'apart and together at once' "$akin" related --wrong --right 1 2
check 'an interval names its option' \
	sh -c "'$akin' edit --interval 99d 1 2>&1 | grep -q 'akin: --interval: '"
wrong 2 'backup onto what is there' "$akin" backup folder

if [ "$(id -u)" -ne 0 ]; then
	chmod 444 t.db
	wrong 69 'read-only store' "$akin" mark read 1
	chmod 644 t.db
	chmod 0 page.html
	wrong 65 'unreadable file' "$akin" parse page.html
elif trap 'umount "$work/small" 2>/dev/null; clean_up' EXIT &&
	mkdir small && mount -t tmpfs -o size=3m tmpfs small 2>/dev/null; then
	i=0
	while [ $i -lt 40 ]; do
		make_feed "feed$i.xml" 200
		i=$((i + 1))
	done
	"$akin" --db small/t.db add ./feed.xml >/dev/null
	run "$akin" --db small/t.db add ./feed?.xml ./feed??.xml
	check 'full disk: exit 69 or 1' test "$status" -eq 69 -o "$status" -eq 1
	run "$akin" --db small/t.db check
	check 'full disk: the store is sound' is 0 "$status"
	check 'full disk: what was there is there' \
		has "$work/out" 'feeds, [0-9]'
	mount -o remount,ro small
	wrong 69 'read-only store' "$akin" --db small/t.db mark read 1
	umount small
fi
finish
