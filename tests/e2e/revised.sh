#!/bin/sh
# SPDX-License-Identifier: ISC
# An article that reads otherwise now is related by what it says now.
# shellcheck disable=SC2154 # the texts are those of paper.sh
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"
. "${AKIN_SRCDIR:-.}/tests/e2e/paper.sh"

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
