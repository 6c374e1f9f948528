#!/bin/sh
# SPDX-License-Identifier: ISC
# Icons of feeds, as their servers see it: once, then after a month and with
# what they gave then; one that is not there is no reason to ask again.
. "${AKIN_SRCDIR:-.}/tests/serve/lib.sh"

command -v curl >/dev/null || skip_all "there is no curl"
mkdir "$dir/www"
printf '\211PNG\r\n\032\n' >"$dir/www/i.png"
for name in i none; do
	cat >"$dir/www/$name.xml" <<XML
<rss version="2.0"><channel><title>$name</title><link>http://127.0.0.1/</link>
<description>d</description><image><url>/$name.png</url><title>i</title>
<link>/</link></image><item><title>One</title><guid>$name</guid></item>
</channel></rss>
XML
done
start_feedd "$dir/www"
"$akin" add "$url/i.xml" >/dev/null
"$akin" add "$url/none.xml" >/dev/null

# asked NAME N: so often so far
asked()
{
	test "$(grep -c "$1" "$work/requests")" -eq "$2"
}

# icon NAME STATUS FEED: and what is to be kept of it is, since a write that was
# asked for later is done
icon()
{
	status "$1" "$2" -H "X-Auth-Token: $secret" \
	    "$base/v1/feeds/$3/icon"
	curl -s -X PUT -H "X-Auth-Token: $secret" \
	    "$base/v1/feeds/$3/mark-all-as-read"
}

restart_after()
{
	known=$secret
	kill "$akind_pid"
	wait "$akind_pid"
	export AKIN_CLOCK_OFFSET=$(($1 * 86400)) # days
	serve_start
	secret=$known
}

serve_start
icon "an icon" 200 1
icon "is kept" 200 1
asked /i.png 1
result $? "and asked for once"
icon "one that is not there" 404 2
icon "is none" 404 2
asked /none.png 1
result $? "and asked for once as well"
restart_after 29
icon "weeks later it is there" 200 1
icon "and the other not" 404 2
asked .png 2
result $? "and nobody was asked"
restart_after 31
icon "after a month it is shown as it is" 200 1
wait_for asked /i.png 2
result $? "and asked for once more"
grep '/i.png' "$work/requests" | sed -n 2p | grep -q ' 304'
result $? "with what was given for it"
icon "the other is asked for again" 404 2
asked /none.png 2
result $? "once"
rm "$dir/www/i.png"
restart_after 62
icon "another month" 200 1
wait_for asked /i.png 3
icon "what cannot be had again stays" 200 1
finish
