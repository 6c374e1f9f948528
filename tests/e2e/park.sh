#!/bin/sh
# SPDX-License-Identifier: ISC
# A server that asks to be left alone is left alone by the next process too, for
# all feeds it has.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www"
make_feed "$work/www/a.xml" 2
start_feedd "$work/www"
# Hosts inside [fetch] allow are never parked: these are public names.
AKIN_FETCH_PROXY=$url
AKIN_FETCH_HOST_INTERVAL=0
export AKIN_FETCH_PROXY AKIN_FETCH_HOST_INTERVAL

import() { # URL...
	{
		echo '<opml version="2.0"><body>'
		for u; do
			echo "<outline type=\"rss\" xmlUrl=\"$u\"/>"
		done
		echo '</body></opml>'
	} | "$akin" -q import -
	: >"$work/requests"
}
asked() { # PATTERN: how often
	grep -c " http://$1 " "$work/requests"
}
later() { # SECONDS COMMAND...
	after=$1
	shift
	run env AKIN_CLOCK_OFFSET="$after" "$@"
}

import http://limited.example/status/429/f http://down.example/status/503/f \
	http://www.well.example/a.xml
run "$akin" sync
check 'two of three fail' is 1 "$status"
check 'each was asked' is 3 "$(wc -l <"$work/requests")"

import http://limited.example/a.xml http://www.limited.example/a.xml \
	http://down.example/a.xml http://www.down.example/a.xml \
	http://well.example/a.xml
later 1800 "$akin" sync --json
check 'the next process is told so by no failure' is 0 "$status"
check 'a 429 holds for the whole domain' is 0 \
	"$(asked '[^/]*limited.example/.*')"
check 'a 503 for its host' is 0 "$(asked 'down.example/.*')"
check 'but not for its neighbours' is 1 "$(asked 'www.down.example/a.xml')"
check 'nor for others' is 1 "$(asked 'well.example/a.xml')"
check 'what was not asked waits' is 3 "$(grep -c '"waiting"' "$work/out")"
later 1800 "$akin" sync --all
check 'a person is no exception to a 429' is 0 \
	"$(asked '[^/]*limited.example/.*')"
check 'but may look after a 503' is 1 "$(asked 'down.example/a.xml')"
later 1800 "$akin" add http://new.limited.example/a.xml
check 'nor does add ask such a domain' is 69 "$status"
check 'and says why' has "$work/err" 'left alone'

: >"$work/requests"
later 4000 "$akin" sync
check 'later they are asked' is 2 "$(asked '[^/]*limited.example/a.xml')"

# Redirects lead to who says so: his domain is left alone, not the first one's.
import http://first.example/lead/second.example/status/429/f
"$akin" sync 2>/dev/null
check 'the redirect was followed' is 1 "$(asked 'second.example/status/429/f')"
import http://www.first.example/a.xml http://www.second.example/a.xml
later 1800 "$akin" sync
check 'behind a redirect: who said so is left alone' is 0 \
	"$(asked 'www.second.example/a.xml')"
check 'and who led there is not' is 1 "$(asked 'www.first.example/a.xml')"

# A daemon is told as well.
import http://again.example/status/429/f
"$akin" sync 2>/dev/null
import http://www.again.example/a.xml http://fresh.example/a.xml
"$akind" 2>"$work/log" &
pids="$pids $!"
check 'akind asks the others' \
	wait_for grep -q fresh.example "$work/requests"
sleep 1.5
check 'and not this one' is 0 "$(asked '[^/]*again.example/.*')"
finish
