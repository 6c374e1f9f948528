#!/bin/sh
# SPDX-License-Identifier: ISC
# What the page says of stories and relations: who had it first, copies, pairs
# taken apart and put together, a story of many reports, odd titles.
. "${AKIN_SRCDIR:-.}/tests/serve/lib.sh"

command -v curl >/dev/null || skip_all "there is no curl"
cd "$work" || exit 1
serve_start
auth="Authorization: Bearer $secret"
status "the front page of an empty store" 200 -H "$auth" "$base/"
check "says what to do" has "$dir/body" '/feeds">subscribe to one'
for typed in file:///etc/passwd /etc/passwd "javascript:alert(1)" ''; do
	curl -s -o "$dir/body" -D "$dir/head" -u "$user:$secret" \
		--data-urlencode "url=$typed" "$base/feeds/add"
	check "'$typed' is no address" sh -c \
		"grep -qE 'not%20an%20http|An address is needed' '$dir/head' '$dir/body'"
done
status "what is typed without https" 303 -u "$user:$secret" \
	-d "url=127.0.0.1:1/feed" "$base/feeds/add"
check "is that" has "$dir/head" 'Not%20added.*port%201'
serve_stop
for feed in averley-post coast-wire hafenkurier morning-ledger; do
	"$akin" add "$src/etc/samples/$feed.xml" >/dev/null
done
# fifty outlets that print one text, a minute after each other
n=0
while [ $n -lt 50 ]; do
	date=$(date -u -R -d "2026-11-20 $((n / 60 + 10)):$((n % 60)):00")
	cat >"copy$n.xml" <<-XML
	<rss version="2.0"><channel><title>Outlet $n</title>
	<link>http://o$n.example/</link><description>d</description>
	<item><title>Volcano Kesra erupts on the island of Tolo</title>
	<link>http://o$n.example/1</link><pubDate>$date</pubDate>
	<description>Mount Kesra on the island of Tolo erupted on Sunday evening
	and sent ash nine kilometres high, closing the airport of Port Hanley and
	driving four thousand people from their homes in Sarn and Uldi, officials
	of the harbour said. Flights were cancelled until Tuesday.</description>
	</item></channel></rss>
	XML
	n=$((n + 1))
done
"$akin" add copy?.xml copy??.xml >/dev/null
printf '<rss version="2.0"><channel><title>odd</title><item><guid>1</guid>
<title>%s gnitset</title><pubDate>Sat, 20 Jul 1969 20:17:00 GMT</pubDate>
</item></channel></rss>' "$(printf '\342\200\256')" >odd.xml
"$akin" add ./odd.xml >/dev/null
serve_start
auth="Authorization: Bearer $secret"
id() { # FEED, TITLE
	"$akin" list --tsv |
		awk -F '\t' -v f="$1" -v t="$2" '$3 == f && index($4, t) { print $1 }'
}
post=$(id 'The Averley Post' 'Crack in main cable')
wire=$(id 'Coast Wire' 'Averley bridge shut')
copy=$(id 'Morning Ledger' 'AVERLEY: ')
thread=$("$akin" show --json "$copy" | sed 's/.*"thread":\([0-9]*\).*/\1/')

# body NAME PATTERN
body()
{
	check "$1" has "$dir/body" "$2"
}

status "an article of a story" 200 -H "$auth" "$base/article/$copy"
body "its place in the story" \
	"report 3 of 5, 1\.5 h later · copy of .*/article/$wire\"[^>]*>Coast Wire"
body "what the copy changed is a link" "/article/$wire/why/$copy\">what changed"
body "who had it first" "First: .*/article/$post\"[^>]*>The Averley Post"
body "the kinds are explained" 'Copies <span class="note">the same text'
body "the place on the publisher's list" 'Place 1 of its list'
body "a reason for each" "/article/$copy/why/$wire\">Why\? 98 of 100"

status "the story" 200 -H "$auth" "$base/thread/$thread"
body "the time of day" '>06:40</time> · first report'
body "how much later" '>07:02</time> · 22 min later'

status "the reasons" 200 -H "$auth" "$base/article/$copy/why/$wire"
body "what they are" 'The same text again: score 98 of 100'
body "which side says what" \
	'<del>only in Morning Ledger</del> <ins>only in Coast Wire</ins>'

status "a pair is taken apart" 303 -u "$user:$secret" -d "other=$wire" \
	"$base/article/$copy/wrong"
check "and the page says so" has "$dir/head" \
	"[Ll]ocation: /article/$copy\?apart=$wire#apart"
status "the article then" 200 -H "$auth" "$base/article/$copy?apart=$wire"
body "the undo is there" "action=\"/article/$copy/right\""
body "and open" '<details class="apart" id="apart" open>'
check "the relation is not" sh -c "! grep -q '>Copies' '$dir/body'"
status "the reasons of none" 200 -H "$auth" "$base/article/$copy/why/$wire"
body "somebody said so" 'somebody said that they are not'
body "and may take it back" "action=\"/article/$copy/right\""
status "together again" 303 -u "$user:$secret" -d "other=$wire" \
	"$base/article/$copy/right"
status "the article as before" 200 -H "$auth" "$base/article/$copy"
body "the copy is back" '>Copies'
status "the same by the API" 204 -X DELETE -H "$auth" \
	"$base/api/v1/articles/$copy/related/$wire"
check "is taken apart" is 1 "$("$akin" related --wrong | wc -l)"
status "put together by the API" 204 -X PUT -H "$auth" \
	"$base/api/v1/articles/$copy/related/$wire"
check "is together" is 0 "$("$akin" related --wrong | wc -l)"

status "the story by the API" 200 -H "$auth" "$base/api/v1/threads/$thread"
body "with the copy" "\"copy_of\": ?\{\"article\": ?$wire,"
status "from the fifth article on" 200 -H "$auth" \
	"$base/api/v1/threads/$thread?offset=4"
body "one is left" "\"members\": ?\[\{[^]]*\"id\": ?$post,"
check "the first one" is 1 "$(grep -o '"copy_of"' "$dir/body" | wc -l)"

none=999999
for path in "articles/$none/related" "articles/$none/revisions" \
	"feeds/$none/polls" nothing; do
	status "$path is not there" 404 -H "$auth" "$base/api/v1/$path"
	check "and that is a problem document" has "$dir/head" \
		'^Content-Type: application/problem\+json'
done
status "no pair of one that is not there" 404 -X DELETE -H "$auth" \
	"$base/api/v1/articles/$copy/related/$none"
body "in words" "there is no article $none"
status "nor a poll" 404 -X POST -H "$auth" "$base/api/v1/feeds/$none/sync"
status "nor its end" 404 -X DELETE -H "$auth" "$base/api/v1/feeds/$none"
body "in words too" 'it is not there'
status "a poll" 202 -X POST -H "$auth" "$base/api/v1/feeds/1/sync"
check "an empty answer is no HTML" sh -c "! grep -i 'text/html' '$dir/head'"

many=$("$akin" threads | awk -F '\t' '$3 == 50 { print $1 }')
status "a story of fifty reports" 200 -H "$auth" "$base/thread/$many"
check "forty at a time" is 40 "$(grep -o '<article class="row' "$dir/body" | wc -l)"
body "and a way to the others" "/thread/$many\?offset=40\""
check "its line of time has all" is 50 "$(grep -o "<title>Outlet" "$dir/body" | wc -l)"
status "the others" 200 -H "$auth" "$base/thread/$many?offset=40"
check "are ten" is 10 "$(grep -o '<article class="row' "$dir/body" | wc -l)"

status "the front page in a quiet week" 200 -H "$auth" "$base/"
body "has the last stories" '50 outlets · 50 articles'
status "nothing starred" 200 -H "$auth" "$base/articles?starred=1"
body "is told" 'Nothing is starred'
status "the feeds" 200 -H "$auth" "$base/feeds"
check "have no problems to look at" sh -c "! grep -q 'problems' '$dir/body'"
mv odd.xml gone.xml
"$akin" sync "$("$akin" feeds | awk -F '\t' '$8 == "odd" { print $1 }')" \
	2>/dev/null
status "the feeds, one lost" 200 -H "$auth" "$base/feeds"
body "say how many to look at" '>1 with problems</a>'
mv gone.xml odd.xml
"$akin" sync "$("$akin" feeds | awk -F '\t' '$8 == "odd" { print $1 }')"
status "no problems" 200 -H "$auth" "$base/feeds?problems=1"
body "are told" 'No feed has a problem'
status "a search for nothing" 200 -H "$auth" "$base/search?q=-word"
body "says what is missing" 'At least one word'
status "a search too long" 200 -H "$auth" \
	"$base/search?q=$(printf '%02000d' 1)"
body "says so" 'too long'
odd=$(id odd gnitset)
status "an odd title" 200 -H "$auth" "$base/article/$odd"
body "turns no letters round" '<h1 dir="auto"> gnitset'
"$akin" list --feed odd --json >"$dir/body"
check "a date before 1970 is none" sh -c "! grep -q 1969 '$dir/body'"
finish
