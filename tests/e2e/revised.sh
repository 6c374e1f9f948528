#!/bin/sh
# SPDX-License-Identifier: ISC
# An article that reads otherwise now is related by what it says now.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

ferry='A rope had caught in the propeller of the island ferry, the company said; forty passengers were brought ashore by fishing boats.'
ferry_too='Fishing boats brought forty passengers of the island ferry ashore after a rope had caught in its propeller.'
bread='Flour costs twice what it did in March, so bakers in the old town raise the price of a loaf.'

# item N TITLE TEXT
item() {
	echo "<item><title>$2</title><guid isPermaLink=\"false\">g$1</guid>"
	echo "<link>http://paper.example/$1</link>"
	echo "<pubDate>Tue, 1$1 Nov 2025 10:00:00 GMT</pubDate>"
	echo "<description>$3</description></item>"
}

# feed FILE: of the items on standard input
feed() {
	{
		echo '<rss version="2.0"><channel><title>Paper</title>'
		cat
		echo '</channel></rss>'
	} >"$work/www/$1"
}

related() { # N: guids
	"$akin" related --json --all | grep "^{\"id\": *\"g$1\"" |
		grep -o '"related".*' | grep -o '"id": *"g[0-9]"' | tr -dc '0-9\n'
}

mkdir "$work/www"
item 1 'Island ferry stands still' "$ferry" | feed a.xml
item 2 'Corrected: see below' "$bread" | feed b.xml
item 3 'Bakers raise the price of a loaf' "$bread Bakers say so." | feed c.xml
start_feedd "$work/www"
"$akin" add "$url/a.xml" "$url/b.xml" "$url/c.xml" >/dev/null
run "$akin" sync --all
check 'two of the same words are related' is 3 "$(related 2)"
check 'the third is not' is '' "$(related 1)"

item 2 'Corrected: see below' "$ferry_too" | feed b.xml
run "$akin" sync --all
check 'by its new words it belongs to the other' is 1 "$(related 2)"
check 'which says so too' is 2 "$(related 1)"
check 'and what it left has nothing' is '' "$(related 3)"
run "$akin" why http://paper.example/1 http://paper.example/2
check 'akin why tells by what' has "$work/out" propeller

run "$akin" check
check 'the store is sound' is 0 "$status"
run "$akin" reindex
run "$akin" sync
check 'a reindex finds the same' is '1 2 ' "$(related 2) $(related 1) $(related 3)"
finish
