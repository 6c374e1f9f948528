#!/bin/sh
# SPDX-License-Identifier: ISC
# The stories that a first import finds do not depend on the order in which
# feeds, whose articles have no dates, are polled.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

# paper N: a feed that tells three stories and one thing that nobody else has
paper() {
	cat <<-EOF
		<rss version="2.0"><channel><title>Paper $1</title>
		<language>en</language>
		<item><title>$2</title><guid isPermaLink="false">$1-ferry</guid>
		<description>$7</description></item>
		<item><title>Flour mill of Ostrava closes after a fire</title>
		<guid isPermaLink="false">$1-mill</guid>
		<description>A fire in the drying tower closed the flour mill of
		Ostrava; bakers look for grain elsewhere, said $3.</description></item>
		<item><title>Chess: Marchetti wins the Lisbon open</title>
		<guid isPermaLink="false">$1-chess</guid>
		<description>Marchetti beat Oyelaran in ninety moves and took the
		Lisbon open, $4.</description></item>
		<item><title>$5</title><guid isPermaLink="false">$1-own</guid>
		<description>$6</description></item>
		</channel></rss>
	EOF
}

mkdir "$work/www"
paper 1 'Ferry aground off Harwich' 'the guild' 'his third title' \
	'Otters seen again' 'Eleven animals below the weir.' \
	'The ferry Valentina ran aground on a sandbank. Tugs wait for high tide.' \
	>"$work/www/1.xml"
paper 2 'Tugs to free ferry off Harwich' 'a councillor' 'as in spring' \
	'Old tram restored' 'Volunteers did it by hand.' \
	'At high tide two tugs will pull the Valentina from her sandbank.' \
	>"$work/www/2.xml"
paper 3 'Harwich: ferry on a sandbank' 'the fire brigade' 'as few had hoped' \
	'Comet is fading' 'Binoculars show it until May.' \
	'Passengers of the Valentina slept on board; the tide comes at six.' \
	>"$work/www/3.xml"
paper 4 'Stranded ferry waits for the tide' 'the owners' 'and a silver cup' \
	'Library lends tools' 'Saws and drills, for a week.' \
	'The harbour master of Harwich sent tugs to the ferry Valentina.' \
	>"$work/www/4.xml"
start_feedd "$work/www"

# stories ORDER...: what a new store makes of these feeds, a story a line
stories() {
	rm -f "$AKIN_DB"*
	{
		echo '<opml version="2.0"><body>'
		for f in "$@"; do
			echo "<outline type=\"rss\" xmlUrl=\"$url/$f.xml\"/>"
		done
		echo '</body></opml>'
	} >"$work/feeds.opml"
	"$akin" -q import "$work/feeds.opml"
	"$akin" -q sync --all
	"$akin" threads --json | grep -oE '"thread":[0-9]+' | cut -d : -f 2 |
		while read -r id; do
			"$akin" list --thread "$id" --json |
				grep -oE '"id": ?"[1-4]-[a-z]+"' |
				grep -oE '[1-4]-[a-z]+' | sort | tr '\n' ' '
			echo
		done | sort
}

cat >"$work/wanted" <<-EOF
	1-chess 2-chess 3-chess 4-chess 
	1-ferry 2-ferry 3-ferry 4-ferry 
	1-mill 2-mill 3-mill 4-mill 
EOF
for order in '1 2 3 4' '4 3 2 1' '3 1 4 2'; do
	# shellcheck disable=SC2086
	stories $order >"$work/stories"
	check "feeds in the order $order" cmp "$work/wanted" "$work/stories"
done
"$akin" related --all --json >"$work/out"
check 'what reports the same story is called so' \
	has "$work/out" '"kind":"story"'
check 'each article is in a thread' is 16 "$(grep -c '"thread":' "$work/out")"
check 'the store is sound' "$akin" check
finish
