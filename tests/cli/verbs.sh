#!/bin/sh
# SPDX-License-Identifier: ISC
# Every verb: its help, and its output for programs.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

run "$akin" help
check 'help lists the verbs' has "$work/out" '^  sync '

help_options() { # VERB
	"$akin" "$1" --help | grep -oE -- '--[a-z][a-z-]*' | sort -u
}
man_options() { # VERB
	awk -v verb="$1" '/^\.Sh/ { on = 0 }
		sub(/^\.It (Xo )?Ic /, "") { on = $1 == verb }
		on' "$src/man/akin.1" |
		grep -oE 'Fl \\-[a-z][a-z-]*' | sed 's/.*[\]-/--/' | sort -u
}
verbs=$(sed -n 's/^  \([a-z-][a-z-]*\) .*/\1/p' "$work/out")
for verb in $verbs; do
	run "$akin" "$verb" --help
	check "$verb --help exits 0" is 0 "$status"
	[ "$verb" = help ] ||
		check "$verb --help is its usage" \
			has "$work/out" "^usage: akin $verb"
	run "$akin" help "$verb"
	check "help $verb is the same" is 0 "$status"
	[ "$verb" = help ] || check "akin(1) has the options of $verb" is \
		"$(help_options "$verb")" "$(man_options "$verb")"
done
run "$akin" --version
check '--version' has "$work/out" '^akin [0-9]'

json() { # $work/out is JSON, as a whole or line by line
	[ -s "$work/out" ] || {
		echo "nothing printed"
		return 1
	}
	if command -v python3 >/dev/null; then
		python3 -c 'import json, sys
text = sys.stdin.read()
try: json.loads(text)
except ValueError: [json.loads(line) for line in text.splitlines()]
' <"$work/out"
	else
		has "$work/out" '^[{[].*[]}]$'
	fi
}

# print NAME COMMAND...: exits 0 and prints JSON
print() {
	name=$1
	shift
	run "$@"
	check "$name: exit 0" is 0 "$status"
	check "$name: JSON" json
}

cd "$work" || exit 1
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	"$akin" sync
	for verb in list feeds threads; do
		script -qec "'$akin' $verb" /dev/null </dev/null >"$work/out"
		check "$verb says on a terminal that there is nothing" \
			has "$work/out" '^no (articles|feeds; akin add URL|stories)'
		"$akin" $verb >"$work/out"
		check 'and nothing into a pipe' is 0 "$(wc -c <"$work/out")"
	done
fi
make_feed one.xml 4
make_feed two.xml 4
make_feed one-again.xml 4
print 'add' "$akin" add --json --category 'A/B' ./one.xml
run "$akin" add --json ./two.xml ./nowhere.xml ./one-again.xml
check 'add of others, of which one is not there' is 1 "$status"
check 'one after the other, each by what was asked' is \
	'./two.xml two.xml ./nowhere.xml - ./one-again.xml one-again.xml ' \
	"$(sed 's/^{"asked":"\([^"]*\)","url":"[^"]*\/\([^"]*\)".*/\1 \2/
		s/^{"asked":"\([^"]*\)".*/\1 -/' "$work/out" | tr '\n' ' ')"
run "$akin" remove 'Feed one-again'
"$akin" sync
print 'feeds' "$akin" feeds --json
print 'why-next' "$akin" why-next --json 1
print 'sync' "$akin" sync --all --json
print 'list' "$akin" list --json
check 'list --json is a JSON Feed' \
	has "$work/out" '"version":"https://jsonfeed.org/version/1.1"'
print 'list --jsonl' "$akin" list --jsonl
check 'one line an article' is 8 "$(wc -l <"$work/out")"
print 'list --category' "$akin" list --category A --jsonl
check 'categories hold those below' is 4 "$(wc -l <"$work/out")"
print 'show' "$akin" show --json 1
print 'search' "$akin" search --json Item
print 'search, option behind' "$akin" search Item --json --limit 2
check 'as before the words' is 2 "$(grep -c '"_akin"' "$work/out")"
"$akin" search Item -two >"$work/out"
check '-word is no option' is 4 "$(grep -c . "$work/out")"
"$akin" search -- Item --two >"$work/out"
check 'all is words behind --' is 4 "$(grep -c . "$work/out")"
print 'related --all' "$akin" related --all --json
print 'related' "$akin" related --json 2
print 'why' "$akin" why --json 1 2
print 'token' "$akin" token add --json --scope read phone
secret=$(sed 's/.*"secret":"\([^"]*\)".*/\1/' "$work/out")
print 'token list' "$akin" token list --json
check 'the secret is not listed' \
	sh -c "! grep -q '$secret' '$work/out'"
check 'nor stored' sh -c "! grep -q '$secret' '$work'/t.db*"
print 'token revoke' "$akin" token revoke --json phone
print 'check' "$akin" check --json
print 'gc' "$akin" gc --json
print 'reindex' "$akin" reindex --json
print 'related after reindex' "$akin" related --all --json

run "$akin" edit --url http://me:word@127.0.0.1:8089/feed 2
check 'edit --url' is 0 "$status"
check 'shows no password' sh -c "! '$akin' feeds --json | grep -q word"
check 'but the address' sh -c "'$akin' feeds | grep -q '127.0.0.1:8089/feed'"

print 'mark' "$akin" mark read --json 1 2
check 'mark --json counts' is '{"changed":2}' "$(cat "$work/out")"
check 'list --unread' is 6 "$("$akin" list --unread --tsv | wc -l)"
print 'edit' "$akin" edit --title 'My own' --pause --json 1
check 'edit --json is the feed' has "$work/out" '"title":"My own"'
"$akin" feeds >"$work/out"
check 'the title is mine, the feed paused' \
	has "$work/out" '	paused	.*My own'
print 'backup' "$akin" backup --json copy.db
check 'backup --json tells its size' \
	has "$work/out" "\"bytes\":$(stat -c %s copy.db)"
check 'the copy is a store' is 8 "$("$akin" --db copy.db list --tsv | wc -l)"
run "$akin" export out.opml
check 'export' has out.opml 'category|text="A"'
run "$akin" log 1
check 'log' is 0 "$status"
check 'log has a line a poll' grep -q "$(printf '\tunconditional\t')" "$work/out"
run "$akin" log --json 1
check 'in JSON' has "$work/out" '"conditional": ?false'
run "$akin" log 9999
check 'of no feed' is 1 "$status"
run "$akin" politeness
check 'politeness' is 0 "$status"
run "$akin" threads
check 'threads' is 0 "$status"
check 'times of programs are UTC' \
	sh -c "cut -f 2 '$work/out' | grep -qvE '^2[0-9-]*T[0-9:]*Z$' && exit 1
	exit 0"
print 'remove by title' "$akin" remove --json 'My own'
check 'remove --json' has "$work/out" '"feed":1,"removed":true'
check 'its articles are gone' is 4 "$(count)"

{
	echo '<opml version="2.0"><body>'
	head -c 20000000 /dev/zero | tr '\0' '\n'
	echo '<outline type="rss" xmlUrl="http://large.example/f"/></body></opml>'
} >large.opml
run "$akin" import large.opml
check 'import of 20 MB' is 0 "$status"

cat >files.opml <<'XML'
<opml version="2.0"><body><outline type="rss" xmlUrl="file:///a.xml"/>
<outline type="rss" xmlUrl="file:///b.xml"/></body></opml>
XML
run "$akin" import files.opml
check 'import refuses files' is 1 "$status"
check 'each of them by name' \
	is 2 "$(grep -c '^akin: file:///[ab].xml: ' "$work/err")"
check 'and counts them' has "$work/out" '2 refused'

make_feed long.xml 3000
"$akin" add ./long.xml >/dev/null
check 'a reader that goes away ends the listing' \
	is 141 "$({ "$akin" list --json; echo $? >piped; } | head -c 9 >/dev/null
		cat piped)"
for args in list 'list --json' feeds 'related --all' 'parse one.xml' \
	export help; do
	# shellcheck disable=SC2086
	"$akin" $args 2>"$work/err" >/dev/full
	check "$args: a full disk is told" is 1 $?
	check "$args: in one line" one_line "$work/err"
done

cat >day.xml <<'XML'
<rss version="2.0"><channel><title>days</title><item><guid>d1</guid>
<title>Late</title><pubDate>Mon, 16 Nov 2026 23:00:00 GMT</pubDate></item>
<item><guid>d2</guid><title>Early</title>
<pubDate>Mon, 16 Nov 2026 01:00:00 GMT</pubDate></item></channel></rss>
XML
"$akin" add ./day.xml >/dev/null
check 'a date is the day where one is' is 1 \
	"$(TZ=JST-9 "$akin" list --feed days --since 2026-11-17 | wc -l)"
check 'a time says where it is' is 0 \
	"$(TZ=JST-9 "$akin" list --feed days --since 2026-11-17T00:00:00Z | wc -l)"

echo '<rss version="2.0"><channel><title>bare</title><item><title>Words alone
</title></item></channel></rss>' >bare.xml
"$akin" add ./bare.xml >/dev/null
"$akin" list --feed bare --json >"$work/out"
check 'each item has an id' has "$work/out" '"items":\[\{"id":"akin:article:'
"$akin" related --all >"$work/out"
check 'each article has an id' is 0 "$(grep -vc '^{"id":' "$work/out")"

cat >ctrl.xml <<EOF
<rss version="2.0"><channel><title>c&#x202e;</title><item><guid>c1</guid>
<title>a&#155;31mb &#x202e;gnitset&#x9b;</title></item></channel></rss>
EOF
"$akin" add ./ctrl.xml >/dev/null
for args in list 'list --json' 'list --jsonl' 'search gnitset' feeds export; do
	# shellcheck disable=SC2086
	"$akin" $args >"$work/out"
	check "$args: no control characters of a feed" \
		sh -c "! grep -qP '[\x{80}-\x{9f}\x{202e}\x{1b}]' '$work/out'"
done
"$akin" parse ctrl.xml >"$work/out"
check 'parse: escaped' has "$work/out" '\\u202egnitset'
finish
