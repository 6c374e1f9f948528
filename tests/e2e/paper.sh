# SPDX-License-Identifier: ISC
# Sourced after lib.sh: a paper whose reports change, and who is related to whom.
# shellcheck shell=sh disable=SC2034,SC2154 # for and of whoever sources this

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
