#!/bin/sh
# SPDX-License-Identifier: ISC
# Newsboat against both APIs that it can speak: what is read or starred there
# is so here, and the other way round.
. "${AKIN_SRCDIR:-.}/tests/serve/lib.sh"

for program in newsboat tmux curl python3; do
	command -v $program >/dev/null || skip_all "there is no $program"
done
serve_start
mkdir "$dir/www"
cat >"$dir/www/f.xml" <<'XML'
<rss version="2.0"><channel><title>Feed one</title>
<link>http://f.example/</link><description>d</description>
<item><title>Alpha</title><link>http://f.example/a</link><description>A text.</description></item>
<item><title>Beta</title><link>http://f.example/b</link><description>A text.</description></item>
<item><title>Gamma</title><link>http://f.example/c</link><description>A text.</description></item>
</channel></rss>
XML
feeds_start "$dir/www"
auth="Authorization: Bearer $secret"
curl -s -o /dev/null -H "$auth" \
    -d "{\"url\":\"$feeds/f.xml\",\"category\":\"News\"}" "$base/api/v1/feeds"

count() # unread=1 or starred=1
{
	curl -s -H "$auth" "$base/api/v1/articles?$1" |
	    python3 -c 'import json, sys; print(len(json.load(sys.stdin)["articles"]))'
}

mark() # JSON
{
	curl -s -o /dev/null -H "$auth" -d "$1" "$base/api/v1/marks"
}

tmux="tmux -f /dev/null -S $dir/tmux"

shows() # PATTERN
{
	$tmux capture-pane -p -t nb | grep -q "$1"
}

# Type a key that this screen takes, once it is there.
press() # PATTERN KEY
{
	wait_for shows "$1" && $tmux send-keys -t nb "$2" && return 0
	echo "# the screen lacks $1:"
	$tmux capture-pane -p -t nb | sed 's/^/# /'
}

gives() # WANT COMMAND...
{
	want=$1
	shift
	[ "$("$@")" = "$want" ]
}

eventually() # WANT COMMAND...
{
	wait_for gives "$@" && return 0
	shift
	echo "# $* gives $("$@"), not $want"
	return 1
}

boat() # KIND: a newsboat of that source with an empty cache
{
	cat >"$dir/$1.conf" <<CONF
urls-source "$1"
$1-url "$base"
$1-login "$user"
$1-password "$secret"
auto-reload no
confirm-exit no
CONF
	[ "$1" != feedhq ] || printf '%s\n' 'feedhq-flag-star "s"' \
	    'feedhq-show-special-feeds no' >>"$dir/$1.conf"
	: >"$dir/urls"
	rm -f "$dir/cache.db"
	newsboat="newsboat -C $dir/$1.conf -c $dir/cache.db -u $dir/urls"
	timeout 30 $newsboat -x reload >/dev/null 2>&1
}

unread_there()
{
	timeout 30 $newsboat -x print-unread 2>&1 | sed 's/ unread.*//'
}

for kind in miniflux feedhq; do
	mark '{"mark":"unread","all":true}'
	mark '{"mark":"unstar","all":true}'
	boat $kind
	eventually 3 unread_there
	result $? "$kind: three unread articles are there"
	$tmux new-session -d -s nb -x 100 -y 30 "$newsboat" 2>/dev/null
	press '(3/3)' Enter
	if [ $kind = feedhq ]; then
		press 'Articles in feed' C-e
		press 'Flags:' s
		press 'Flags: s' Enter
		eventually 1 count starred=1
		result $? "$kind: a star given there is here"
	fi
	press 'Articles in feed' Enter
	press 'A text' q
	eventually 2 count unread=1
	result $? "$kind: an article opened there is read here"
	press 'Articles in .*2 unread' A
	eventually 0 count unread=1
	result $? "$kind: all marked read there are read here"
	$tmux kill-server 2>/dev/null
	mark '{"mark":"unread","all":true}'
	boat $kind
	mark '{"mark":"read","all":true}'
	timeout 30 $newsboat -x reload >/dev/null 2>&1
	eventually 0 unread_there
	result $? "$kind: what is read here is read there"
done
finish
