#!/bin/sh
# SPDX-License-Identifier: ISC
# Secrets by way of systemd's LoadCredential=: their folder is ours alone, so
# the group may read the files, which are 0440.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

mkdir "$work/www" "$work/creds" "$work/creds-not"
make_feed "$work/www/a.xml" 2
start_feedd "$work/www"
"$akin" add "$url/a.xml" >/dev/null
echo sesame >"$work/creds/hook"
cat >"$work/creds/akind.conf" <<EOF
[fetch]
proxy = http://me:sesame@127.0.0.1:$port
[hook "told"]
on = article
url = $url/hook
secret_file = $work/creds/hook
EOF
cp "$work/creds/akind.conf" "$work/creds-not/"
chmod 0440 "$work"/creds/* "$work/creds-not/akind.conf"

run "$akind" -c "$work/creds/akind.conf" --check-config
check 'a group may not read secrets' is 2 "$status"
check 'and the error says so' one_line "$work/err"
CREDENTIALS_DIRECTORY=$work/creds
export CREDENTIALS_DIRECTORY
run "$akind" -c "$work/creds/akind.conf" --check-config
check 'but in the folder of credentials' is 0 "$status"
run "$akind" -c "$work/creds-not/akind.conf" --check-config
check 'not in one that is named alike' is 2 "$status"
chmod 0444 "$work/creds/akind.conf"
run "$akind" -c "$work/creds/akind.conf" --check-config
check 'and not when everybody may' is 2 "$status"
chmod 0440 "$work/creds/akind.conf"

"$akind" -c "$work/creds/akind.conf" 2>"$work/log" &
pids="$pids $!"
wait_for grep -q 'hook watching' "$work/log"
make_feed "$work/www/a.xml" 3
"$akin" sync "$url/a.xml"
check 'akind uses what it was given' \
	wait_for grep -q '^POST .*/hook ' "$work/requests"
# Of the line: URI, status, ETag, User-Agent (two words), event, signature, body.
grep '^POST ' "$work/requests" | tail -1 | sed 's/.* article sha256=[0-9a-f]* //' |
	tr -d '\n' >"$work/body"
check 'and signs with the secret' has "$work/requests" "sha256=$(openssl dgst \
	-sha256 -hmac sesame "$work/body" | sed 's/.* //')"
check 'which is in no log' is 0 "$(grep -c sesame "$work/log")"
finish
