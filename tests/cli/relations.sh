#!/bin/sh
# SPDX-License-Identifier: ISC
# What a person sees of relations: show, related, threads, why; and pairs taken
# apart and put together again.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

cd "$work" || exit 1
for feed in averley-post coast-wire hafenkurier morning-ledger; do
	"$akin" add "$src/etc/samples/$feed.xml" >/dev/null
done
id() { # TITLE
	"$akin" list --tsv | awk -F '\t' -v t="$1" '$4 == t { print $1 }'
}
post=$(id 'Crack in main cable closes Averley harbour bridge')
wire=$(id 'Averley bridge shut after inspectors find cracked cable')
copy=$(id 'AVERLEY: Bridge shut after inspectors find cracked cable')
tab=$(printf '\t')

run "$akin" show "$copy"
check 'show' is 0 "$status"
story=$(sed -n 's/^story \([0-9]*\): 5 articles of 4 feeds; .*/\1/p' "$work/out")
check 'show names the story' test -n "$story"
check 'and the related articles, by kind' \
	has "$work/out" "^$wire${tab}duplicate${tab}0\.[0-9]*${tab}Coast Wire"
check 'what the publisher lists first' is "$post${tab}listed" \
	"$(sed -n '/^related:/{n;p;}' "$work/out" | cut -f 1,2)"
run "$akin" show --json "$copy"
check 'show --json has them too' \
	has "$work/out" '"related":\[\{.*"kind":"duplicate"'

run "$akin" related -v "$copy"
check 'related -v: a reason for each' is "$(wc -l <"$work/out")" \
	"$(cut -f 7 "$work/out" | grep -c '^shares \|^listed by')"
check 'of words' has "$work/out" '	shares .*Bridge'
run "$akin" related "$copy"
check 'else none' is '' "$(cut -f 7 "$work/out" | tr -d '\n')"

run "$akin" threads "$story"
check 'threads N' is 0 "$status"
check 'is its articles, the oldest first' is 5 "$(wc -l <"$work/out")"
check 'who had it first' is "$post" "$(head -n 1 "$work/out" | cut -f 1)"
check 'who copied whom' is "$copy $wire" \
	"$(awk -F '\t' '$6 != "" { print $1, $6 }' "$work/out")"
run "$akin" threads --json "$story"
check 'threads --json N is one object' is 1 "$(wc -l <"$work/out")"
check 'with the copy' has "$work/out" \
	"\"article\":$copy,.*\"after_seconds\":5400,\"copy_of\":\{\"article\":$wire,"
run "$akin" list --thread "$story" --tsv
check 'list --thread' is 5 "$(wc -l <"$work/out")"

"$akin" reindex # scores are found together, not feed by feed
"$akin" related "$copy" >before
run "$akin" related --wrong "$copy" "$wire"
check 'a pair is taken apart' is 0 "$status"
check 'and gone' sh -c "! '$akin' related '$copy' | grep -q duplicate"
check 'from the other side too' \
	sh -c "! '$akin' related '$wire' | grep -q duplicate"
"$akin" threads "$story" >"$work/out"
check 'and no copy any more' is 0 \
	"$(awk -F '\t' '$6 != ""' "$work/out" | wc -l)"
run "$akin" why "$copy" "$wire"
check 'why tells of it' has "$work/out" 'taken apart by hand'
run "$akin" related --wrong
check 'the pairs are listed' is 1 "$(wc -l <"$work/out")"
run "$akin" related --wrong --json
check 'as JSON' has "$work/out" "^\{\"a\":\{\"article\":"
"$akin" reindex
check 'not found again' sh -c "! '$akin' related '$copy' | grep -q duplicate"
run "$akin" check
check 'the store is sound' is 0 "$status"
run "$akin" related --right "$wire" "$copy"
check 'put together again' is 0 "$status"
"$akin" related "$copy" >after
check 'as it was' cmp before after
"$akin" related --wrong "$copy" "$post"
check 'a listed one can be taken apart' \
	sh -c "! '$akin' related '$copy' | grep -q listed"
"$akin" related --right "$copy" "$post"
"$akin" related "$copy" >after
check 'and comes back' cmp before after
finish
