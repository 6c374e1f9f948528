#!/bin/sh
# SPDX-License-Identifier: ISC
# The full text of a feed's articles: what is asked for, what becomes of it.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

pages=$src/tests/data/page
mkdir -p "$work/www/private"
start_feedd "$work/www"
cp "$pages/blog-en.html" "$pages/divs-en.html" "$work/www"
cp "$pages/blog-en.html" "$work/www/private/blog.html"
printf 'User-agent: *\nDisallow: /\n\nUser-agent: akin\nDisallow: /private/\n' \
	>"$work/www/robots.txt"
# An article in two pages; the second one leads back to the first.
sed 's|/a/106?page=2|/second.html|g' "$pages/pages-en.html" \
	>"$work/www/first.html"
sed 's|/a/106?page=2|/first.html|g; s/harbour/quayside/g' \
	"$pages/pages-en.html" >"$work/www/second.html"

item() { # TITLE PATH TEASER
	echo "<item><title>$1</title><link>$url$2</link><guid>$2</guid>"
	echo "<description>$3</description></item>"
}
feed() { # FILE
	{
		echo '<rss version="2.0"><channel><title>Paper</title>'
		echo "<link>$url/</link><description>d</description>"
		item 'Opened on Monday' /blog-en.html 'Buses first.'
		item 'Old stones' /divs-en.html 'Divers looked.'
		item 'Forty winters' /first.html 'A captain.'
		item 'Behind the gate' /private/blog.html Hidden.
		item 'Small library' /a/101 'Tools, tents.'
		echo '</channel></rss>'
	} >"$1"
}
feed "$work/www/paper.xml"

id_of() { # TITLE
	"$akin" list --tsv | awk -F '\t' -v t="$1" '$0 ~ t { print $1 }'
}
show() { # TITLE
	"$akin" show "$(id_of "$1")" --json
}
asked() { # PATH: how often
	grep -c "^GET $1 " "$work/requests"
}

run "$akin" add "$url/paper.xml"
run "$akin" sync --all
check 'five articles' is 5 "$(count)"
check 'off by default: no page is asked for' \
	is 0 "$(grep -vc '^GET /paper.xml ' "$work/requests")"
"$akin" related "$(id_of 'Opened on Monday')" --json >"$work/out"
check 'the teasers are not related to each other' \
	is 0 "$(grep -c divs-en "$work/out")"

rm "$work/t.db"*
: >"$work/requests"
"$akin" import - >/dev/null <<EOF
<opml version="2.0"><body><outline type="rss" text="paper"
xmlUrl="$url/paper.xml"/></body></opml>
EOF
run "$akin" edit --full-text on paper
check 'full text is switched on' is 0 "$status"
run "$akin" sync
check 'a page that fails is no failure of the feed' is 0 "$status"
check 'robots.txt is asked for once' is 1 "$(asked /robots.txt)"

show 'Opened on Monday' >"$work/out"
check 'the page replaces the teaser' has "$work/out" 'oak piles and stone'
check 'without what is round the article' \
	is 0 "$(grep -cE 'Advertisement|as good as ever' "$work/out")"
check 'which is no revision' is 0 "$(grep -c '"revisions":[1-9]' "$work/out")"
run "$akin" search sounder
check 'the full text can be searched' has "$work/out" 'Opened on Monday'

"$akin" related "$(id_of 'Opened on Monday')" --json >"$work/out"
check "the page's list becomes relations" has "$work/out" '"listed"'
check 'of the article that is there' has "$work/out" '/a/101"'
check 'and of those that are not' has "$work/out" '/a/103"'
check 'by the name of their form' has "$work/out" 'publisher \(page\)'
check 'the full texts are related' has "$work/out" 'divs-en'

show 'Forty winters' >"$work/out"
check 'an article in two pages has both' \
	has "$work/out" 'over the harbour.*over the quayside'
check 'no page is asked for twice' \
	is '1 1' "$(asked /first.html) $(asked /second.html)"

check 'a forbidden page is not asked for' \
	is 0 "$(grep -c private "$work/requests")"
show 'Behind the gate' >"$work/out"
check 'its article stays as it is' has "$work/out" 'Hidden'
check 'a page that is not there is asked for once' is 1 "$(asked /a/101)"
show 'Small library' >"$work/out"
check 'its article stays too' has "$work/out" 'Tools, tents'

: >"$work/requests"
touch "$work/www/paper.xml"
run "$akin" sync --all
check 'articles that are known need no page' \
	is 0 "$(grep -vc '^GET /paper.xml ' "$work/requests")"
show 'Opened on Monday' >"$work/out"
check 'and keep their full text' has "$work/out" 'oak piles and stone'

sed -i 's/Buses first/Buses come first/' \
	"$work/www/paper.xml"
run "$akin" sync --all
check 'a revised article is read again' is 1 "$(asked /blog-en.html)"
show 'Opened on Monday' >"$work/out"
check 'and has its full text again' has "$work/out" 'oak piles and stone'

echo 'drop: h2' >"$work/rules"
run "$akin" edit --page-rules "$work/rules" paper
sed -i 's/A captain/A captain rests/' "$work/www/paper.xml"
run "$akin" sync --all
show 'Forty winters' >"$work/out"
check "the feed's rules are followed" \
	is 0 "$(grep -c '<h2' "$work/out")"

rm "$work/www/robots.txt"
: >"$work/requests"
sed -i 's/Hidden/Hidden no more/' "$work/www/paper.xml"
run "$akin" sync --all
show 'Behind the gate' >"$work/out"
check 'no robots.txt forbids nothing' has "$work/out" 'oak piles and stone'

run "$akin" edit --full-text off paper
: >"$work/requests"
sed -i 's/Hidden no more/Hidden again/' "$work/www/paper.xml"
run "$akin" sync --all
check 'switched off, it asks for no page' \
	is 1 "$(grep -c '^GET' "$work/requests")"

# The same in a daemon, where a page takes its time.
{
	echo '<rss version="2.0"><channel><title>Slow</title>'
	echo "<link>$url/</link><description>d</description>"
	item 'Late one' /slow/1500/divs-en.html 'One word.'
	item 'Lost one' /a/1 'Another word.'
	item 'Lost two' /a/2 'Third word.'
	echo '</channel></rss>'
} >"$work/www/slow.xml"
"$akin" import - >/dev/null <<EOF
<opml version="2.0"><body><outline type="rss" text="slow"
xmlUrl="$url/slow.xml"/></body></opml>
EOF
"$akin" edit --full-text on slow
"$akind" 2>"$work/log" &
pid=$!
pids="$pids $pid"
wait_for test -S "$work/t.db.sock"
run "$akin" sync
show 'Late one' >"$work/out"
check 'sync waits for the pages' has "$work/out" 'oak piles and stone'
"$akin" related "$(id_of 'Late one')" >"$work/out"
check 'and for their relations' has "$work/out" 'Old stones'
check 'what fails is logged once' \
	is 1 "$(grep -c 'warn page failed' "$work/log")"

sed -i 's|slow/1500|slow/150000|; s/Late one/Last one/' "$work/www/slow.xml"
: >"$work/requests"
"$akin" sync slow &
pids="$pids $!"
wait_for asked /slow.xml
sleep 0.5
kill -TERM "$pid"
check 'a page under way keeps no daemon from its end' \
	wait_for sh -c "! kill -0 $pid"
show 'Last one' >"$work/out"
check 'its article has what the feed gave' has "$work/out" 'One word'
: >"$work/www/hurry"
run "$akin" sync
show 'Last one' >"$work/out"
check 'the next process reads it' has "$work/out" 'oak piles and stone'

# A page and a robots.txt that cannot be had for now, and more pages than are
# asked for at once; each sync is a process of its own.
mkdir "$work/www/many"
cp "$pages/divs-en.html" "$work/www/many/page.html"
{
	echo '<rss version="2.0"><channel><title>Many</title>'
	echo "<link>$url/</link><description>d</description>"
	item 'Down one' /down.html 'Down.'
	i=0
	while [ $i -lt 60 ]; do
		i=$((i + 1))
		item "Number $i" "/many/page.html?$i" "Word $i."
	done
	echo '</channel></rss>'
} >"$work/www/many.xml"
"$akin" import - >/dev/null <<EOF
<opml version="2.0"><body><outline type="rss" text="many"
xmlUrl="$url/many.xml"/></body></opml>
EOF
"$akin" edit --full-text on many
later() { # SECONDS
	: >"$work/requests"
	run env AKIN_CLOCK_OFFSET="$1" "$akin" sync
}
n_pages() {
	grep -c '^GET /many/page.html?[0-9]* 200' "$work/requests"
}
echo 503 >"$work/www/robots.txt.status"
echo 500 >"$work/www/down.html.status"
later 0
check 'without a verdict of robots.txt no page is asked for' is 0 "$(n_pages)"
check 'which is asked for once' is 1 "$(asked /robots.txt)"
later 60
check 'nor by the next process within the hour' is 0 "$(n_pages)"
rm "$work/www/robots.txt.status"
later 4000
check 'later the newest fifty are' is '49 1' \
	"$(n_pages) $(asked /down.html)"
show 'Down one' >"$work/out"
check 'a page that fails leaves its article' has "$work/out" 'Down[.]'
later 4060
check 'the others the next time' is 11 "$(n_pages)"
show 'Number 7' >"$work/out"
check 'whose text is the page then' has "$work/out" 'oak piles and stone'
check 'what failed not yet' is 0 "$(asked /down.html)"
mv "$work/www/down.html.status" "$work/www/down.html"
cp "$pages/divs-en.html" "$work/www/down.html"
later 12000
check 'but later' is 1 "$(asked /down.html)"
show 'Down one' >"$work/out"
check 'and is there then' has "$work/out" 'oak piles and stone'
later 99999
check 'nothing is left to be read' is 0 "$(grep -c html "$work/requests")"

run "$akin" check
check 'the store is sound' is 0 "$status"
finish
