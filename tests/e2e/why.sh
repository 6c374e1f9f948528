#!/bin/sh
# SPDX-License-Identifier: ISC
# akin why: the numbers are those of the relation and can be recomputed; what
# is not related is said not to be.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

foot='The Harbour Journal comes out every morning but on Sundays. Write to our readers page and win a basket of fruit from the market hall.'

# item N TITLE TEXT
item() {
	echo "<item><title>$2</title><guid isPermaLink=\"false\">g$1</guid>"
	echo "<link>http://paper.example/$1</link>"
	echo "<pubDate>Tue, 11 Nov 2025 1$1:00:00 GMT</pubDate>"
	echo "<description>$3</description></item>"
}

# feed FILE LANG: of the items on standard input
feed() {
	{
		echo "<rss version=\"2.0\"><channel><title>Paper $1</title>"
		echo "<language>$2</language>"
		cat
		echo '</channel></rss>'
	} >"$work/www/$1"
}

why() {
	run "$akin" why "http://paper.example/$1" "http://paper.example/$2"
}

# number NAME: of the JSON in $work/out
number() {
	grep -oE "\"$1\": ?[-0-9.e]+" "$work/out" | grep -oE '[-0-9.e]+$'
}

# adds_up: the parts give the score
adds_up() {
	awk -v c="$(number cosine)" -v t="$(number time_factor)" \
		-v u="$(number usual)" -v m="$(number common)" \
		-v s="$(number score)" 'BEGIN {
			x = c * t / u + m / 4
			d = x / (1 + x) - s
			print c, t, u, m, s, d
			exit !(s > 0 && d < .001 && d > -.001)
		}'
}

mkdir "$work/www"
{
	item 1 'Ferry aground off Harwich' "A ferry ran aground on a sandbank off Harwich; tugs wait for high tide. $foot"
	item 2 'Bakers raise the price of a loaf' "Flour costs twice what it did in March. $foot"
	item 3 'Otters seen in the river' "Biologists counted eleven animals below the weir. $foot"
	item 4 'School wins at chess' "The final of the county lasted seven hours. $foot"
	item 5 'Old tram is back in the street' "Volunteers restored the carriage by hand. $foot"
} | feed a.xml en
item 6 'Tugs free ferry off Harwich' 'At high tide two tugs pulled the ferry from the sandbank off Harwich. Divers look at the hull.' | feed b.xml en
item 7 '台風で列車が運休' '台風の接近で、鉄道各社は十二日の列車を全て運休にすると発表した。空の便にも影響が出ている。運転の再開は未定という。' | feed c.xml ja
item 8 '台風で列車が運休に' '台風の接近で、鉄道各社は十三日の列車を全て運休にすると発表した。空の便にも影響が出ている。運転の再開は未定という。' | feed d.xml ja
start_feedd "$work/www"
for f in a b c d; do "$akin" add "$url/$f.xml" >/dev/null; done
run "$akin" sync --all
check 'sync' is 0 "$status"

why 1 6
check 'a pair: kind and score' has "$work/out" '^(story|topic), score 0\.[0-9]'
check 'with its sum' has "$work/out" 'score = x / \(1 \+ x\) = 0\.[0-9]'
check 'and its words' has "$work/out" 'Harwich  \(titles\)'
run "$akin" why --json http://paper.example/1 http://paper.example/6
check 'the parts give the score' adds_up
score=$(number score)
run "$akin" related --json http://paper.example/1
check 'which is that of the relation' has "$work/out" "\"score\": ?$score"

why 4 5
check 'what their feed repeats relates no two articles' is 0 "$status"
check 'they are said not to be related' \
	has "$work/out" '^not related: likeness 0\.0[0-9]*, and a relation takes'
check 'without a score' sh -c "! grep -q 'score' '$work/out'"
check 'its words are none that they share' \
	sh -c "! grep -qE 'basket|Sundays' '$work/out'"
run "$akin" why --json http://paper.example/4 http://paper.example/5
check 'in JSON: no kind' has "$work/out" '"related": ?false,"kind": ?null'
check 'and a reason' has "$work/out" '"reason": ?"little"'

why 7 8
check 'a copy: kind' has "$work/out" '^duplicate, score 0\.9'
check 'the sum' has "$work/out" '^score = 0\.9 \+ 0\.[0-9]+ / 10 = 0\.9'
check 'one character changed' has "$work/out" '^  - 二$'
check 'into another' has "$work/out" '^  \+ 三$'

"$akin" related --wrong http://paper.example/1 http://paper.example/6
why 1 6
check 'a pair taken apart says so' \
	has "$work/out" '^not related: taken apart by hand'
run "$akin" why --json http://paper.example/1 http://paper.example/6
check 'in JSON too' has "$work/out" '"reason": ?"wrong"'

why 1 1
check 'one article twice is a mistake' is 2 "$status"
check 'which is said in a line' one_line "$work/err"
check 'what it is' has "$work/err" 'the same article twice'
why 1 99
check 'an article that is not there' is 1 "$status"
finish
