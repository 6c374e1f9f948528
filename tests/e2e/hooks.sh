#!/bin/sh
# SPDX-License-Identifier: ISC
# Hooks: programs and URLs that are told of articles, stories, failing feeds.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www"
make_feed "$work/www/a.xml" 3
start_feedd "$work/www"
"$akin" add "$url/a.xml" >/dev/null

cat >"$work/tell" <<EOF
#!/bin/sh
cat >"$work/told.\$\$" # two may run at once
env >"$work/environment"
ls /proc/self/fd >"$work/descriptors"
grep SigIgn /proc/self/status >"$work/ignored"
EOF
cat >"$work/refuse" <<EOF
#!/bin/sh
echo x >>"$work/refusals"
exit 3
EOF
cat >"$work/hang" <<EOF
#!/bin/sh
echo \$\$ >"$work/hanging"
sleep 60
EOF
chmod +x "$work/tell" "$work/refuse" "$work/hang"
echo sesame >"$work/secret"
mkdir "$work/akin"
cat >"$work/akin/akin.conf" <<EOF
[hook program]
on = article, failing
exec = $work/tell
[hook web]
on = article
url = $url/status/204/hook
secret_file = $work/secret
[hook unsigned]
on = article
url = $url/status/204/unsigned
secret_file = $work/shared
[hook one]
on = article
query = "Item 12"
url = $url/status/200/one
[hook refusing]
on = article
feed = $url/a.xml
query = "Item 11"
exec = $work/refuse now
[hook hanging]
on = article
query = "Item 11"
exec = $work/hang
timeout = 1
EOF
echo known >"$work/shared"
chmod 600 "$work/akin/akin.conf" "$work/secret"
chmod 644 "$work/shared"

start_akind() {
	"$akind" 2>>"$work/log" &
	pid=$!
	pids="$pids $pid"
	wait_for grep -q 'info hook watching' "$work/log"
}
lines() { # WANTED FILE [PATTERN]
	[ "$(grep -c "${3:-.}" "$2")" = "$1" ]
}
told() { # N: so many articles, each in a file of its own
	is "$1" "$(cat "$work"/told.* 2>/dev/null |
		grep -o '"event":"article"' | wc -l)" || {
		grep -h hook "$work"/log*
		return 1
	}
}
# An event is taken once akind has seen its program's end, not when the program
# has written what it was told.
all_ended() {
	for f in "$work"/told.*; do
		! kill -0 "${f##*.}" 2>/dev/null || return 1
	done
}
refused_again() {
	[ "$(wc -l <"$work/refusals")" -gt "$refused" ]
}

start_akind
check 'what was there before is not told' told 0
make_feed "$work/www/a.xml" 3 10
"$akin" sync --all >/dev/null 2>&1
check 'a program is told of each new article' \
	wait_for told 3
cat "$work"/told.* >"$work/told"
check 'as JSON' has "$work/told" '"title":"Item 10 of a"'
check 'it ignores neither SIGPIPE nor SIGXFSZ' wait_for has "$work/ignored" '0..0...$'
check 'its environment has PATH and what a shell adds' \
	is '' "$(grep -vE '^(PATH|PWD|SHLVL|_|OLDPWD)=' "$work/environment")"
check 'it inherits no descriptor' \
	test "$(wc -l <"$work/descriptors")" -le 4
check 'a URL is told of each too' \
	wait_for lines 3 "$work/requests" '^POST /status/204/hook 204'
body=$(sed -n 's/^POST .*Item 10 of a.*/&/p' "$work/requests" |
	grep 'status/204' | sed 's/^.* sha256=[0-9a-f]* //')
mac=$(printf %s "$body" | openssl dgst -sha256 -hmac sesame -r 2>/dev/null |
	cut -d ' ' -f 1)
if [ -n "$mac" ]; then
	check 'signed by the secret' \
		has "$work/requests" "sha256=$mac "
else
	echo "ok $((n_checks += 1)) - signed # SKIP no openssl"
fi
check 'a secret that others can read is none' wait_for \
	grep -q 'warn hook failed hook="unsigned"' "$work/log"
check 'and nothing is sent without' \
	sh -c "! grep -q unsigned '$work/requests'"
check 'a query filters' \
	wait_for lines 1 "$work/requests" '^POST /status/200/one 200'
check 'a program that fails is logged' wait_for \
	grep -q 'warn hook failed hook="refusing" .*error="exit 3"' "$work/log"
check 'one that hangs is ended' wait_for \
	grep -q 'hook="hanging" .*its time was over' "$work/log"
check 'and gone' sh -c "! kill -0 \$(cat '$work/hanging')"

# A program is at work when the configuration is read again.
cat >"$work/long" <<EOF
#!/bin/sh
echo x >>"$work/began"
until [ -e "$work/go" ]; do sleep 0.1; done
echo x >>"$work/ended"
EOF
chmod +x "$work/long"
cat >>"$work/akin/akin.conf" <<EOF
[hook long]
on = article
query = "Item 21"
exec = $work/long
[hook later]
on = article
query = "Item 22"
url = $url/status/200/later
EOF
kill -HUP "$pid"
watching() { [ "$(grep -c 'info hook watching' "$work/log")" = "$1" ]; }
wait_for watching 2
make_feed "$work/www/a.xml" 1 21
sync_until_began() { "$akin" sync "$url/a.xml" >/dev/null 2>&1 || :
	[ -e "$work/began" ]; }
check 'a hook that was added is told' wait_for sync_until_began
sed -i '/hook later/,$d; /hook long/,/exec/d' "$work/akin/akin.conf"
kill -HUP "$pid"
twice() { [ "$(grep -c 'info conf reloaded' "$work/log")" = 2 ]; }
wait_for twice
: >"$work/go"
check 'and ends what it began, though its section is gone' \
	wait_for lines 1 "$work/ended"
check 'once' lines 1 "$work/began"
check 'the program is told too' wait_for told 4
check 'those that were told have ended' wait_for all_ended

kill "$pid"
wait "$pid"
refused=$(wc -l <"$work/refusals")
export AKIN_CLOCK_OFFSET=120
mv "$work/log" "$work/log.1"
start_akind
check 'what failed is tried again after a restart' \
	wait_for refused_again
check 'what was taken is not' told 4
finish
