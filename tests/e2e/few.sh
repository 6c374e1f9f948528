#!/bin/sh
# SPDX-License-Identifier: ISC
# In a large store a few articles, new or revised, are related by an index of
# their terms alone, and as by one of all.
# shellcheck disable=SC2154 # the texts are those of paper.sh
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"
. "${AKIN_SRCDIR:-.}/tests/e2e/paper.sh"

others() { # N: guids, best first
	related "$1" | tr -d '\n'
}

known() { # N: the same, in no order
	others "$1" | grep -o . | sort | tr -d '\n'
}

saved() { # ALL: bytes
	sed -n "s/.* relate saved all=$1 bytes=//p" "$work/err" | tail -n 1
}

mkdir "$work/www"
for i in 1 2 3 4; do
	make_feed "$work/www/f$i.xml" 2000
done
item 1 'Island ferry stands still' "$ferry" | feed a.xml
item 2 'Corrected: see below' "$bread" | feed b.xml
item 3 'Bakers raise the price of a loaf' "$bread Bakers say so." | feed c.xml
start_feedd "$work/www"
run "$akin" -vv add "$url/a.xml" "$url/b.xml" "$url/c.xml" "$url/f1.xml" \
	"$url/f2.xml" "$url/f3.xml" "$url/f4.xml"
check 'all that relating knows is saved' test "$(saved 1)" -gt 300000
run "$akin" sync --all
check 'a large store is filled' is 8003 "$(count)"
check 'two of the same words are related' is 3 "$(others 2)"

item 2 'Corrected: see below' "$ferry_too" | feed b.xml
run "$akin" -vv sync --all
check 'what was revised needs few terms' \
	has "$work/err" 'relate index articles=8003 of_a_few=1 '
check 'and no other index' is 1 "$(grep -c 'relate index ' "$work/err")"
check 'of which what changed is saved, and no more' \
	test "$(saved 0)" -lt 2000
check 'by its new words it belongs to the other' is 1 "$(others 2)"
check 'what it left has nothing' is '' "$(others 3)"

item 1 'Island ferry stands still' "$ferry It sails again." | feed a.xml
item 4 'Ferry passengers brought ashore' "$ferry_too" | feed c.xml
run "$akin" -vv sync --all
check 'as do both, what was revised and what is new' \
	has "$work/err" 'relate index articles=8003 of_a_few=1 '
check 'in one index' is 1 "$(grep -c 'relate index ' "$work/err")"
check 'the newcomer knows both' is 21 "$(others 4)"

make_feed "$work/www/f5.xml" 300
run "$akin" -vv add "$url/f5.xml"
check 'some hundred newcomers are still few' \
	has "$work/err" 'relate index articles=8004 of_a_few=1 '
few="$(known 1) $(known 2) $(known 3) $(known 4)"
run "$akin" reindex
run "$akin" sync
check 'a reindex finds the same' is "$few" \
	"$(known 1) $(known 2) $(known 3) $(known 4)"
run "$akin" check
check 'the store is sound' is 0 "$status"
finish
