#!/bin/sh
# SPDX-License-Identifier: ISC
# Relations across languages by an embeddings endpoint: off, on, and away.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

# item N TITLE TEXT
item() {
	echo "<item><title>$2</title><link>http://$lang.example/$1</link>"
	echo "<description>$3</description></item>"
}

# make_feeds N: the first N items of each language, in order of their things
make_feeds() {
	for lang in en ja; do
		{
			echo '<?xml version="1.0"?><rss version="2.0"><channel>'
			echo "<title>Paper $lang</title>"
			echo "<link>http://$lang.example/</link>"
			echo '<description>d</description>'
			echo "<language>$lang</language>"
			items_$lang | head -n $((2 * $1))
			echo '</channel></rss>'
		} >"$work/www/$lang.xml"
	done
}

items_en() {
	item 1 'Strong earthquake shakes the north' \
		'People left their houses when the earthquake came at night.'
	item 2 'The old bakery closes' \
		'After many years the bakery of the square sells its last bread.'
	item 3 'Museum shows its cellar' \
		'The museum opens rooms that nobody has seen.'
}

items_ja() {
	item 1 '北部で強い地震' '夜中の地震で住民が家の外へ避難した。'
	item 2 '知事選挙の日程決まる' '選挙は来月に行われる予定である。'
	item 3 '美術館が地下室を公開' '誰も見たことのない部屋を美術館が見せる。'
}

# start_embedd [PORT]: $embeddings is its URL, $work/asked its log
start_embedd() {
	mkfifo "$work/eport" "$work/elife"
	"$build/tests/e2e/embedd" "$work/asked" "$@" \
		<"$work/elife" >"$work/eport" &
	embedd=$!
	pids="$pids $embedd"
	exec 8>"$work/elife"
	read -r eport <"$work/eport"
	embeddings=http://127.0.0.1:$eport/v1/embeddings
}

stop_embedd() {
	exec 8>&-
	wait "$embedd"
	rm "$work/eport" "$work/elife"
}

# pair EN JA: are these two related?
pair() {
	"$akin" related "http://en.example/$1" | grep -q "$2"
}

no_pair() {
	! pair "$@"
}

mkdir "$work/www"
make_feeds 2
start_feedd "$work/www"
run "$akin" add "$url/en.xml" "$url/ja.xml"
run "$akin" sync --all
check 'sync without an endpoint exits 0' is 0 "$status"
check 'words alone do not relate the pair' no_pair 1 北部
check 'nothing was asked for' is '' "$(cat "$work/asked" 2>/dev/null)"

# Away.
start_embedd
stop_embedd
AKIN_RELATE_EMBEDDINGS=$embeddings
AKIN_RELATE_EMBEDDINGS_MODEL=m3
echo sesame >"$work/key"
AKIN_RELATE_EMBEDDINGS_KEY_FILE=$work/key
# The endpoint is the configuration's own choice: no network has to be allowed.
export AKIN_RELATE_EMBEDDINGS AKIN_RELATE_EMBEDDINGS_MODEL
export AKIN_RELATE_EMBEDDINGS_KEY_FILE
began=$(date +%s)
run "$akin" sync --all
check 'an endpoint that is away: sync exits 0' is 0 "$status"
check 'and does not wait' [ $(($(date +%s) - began)) -lt 60 ]
check 'the pair is not related yet' no_pair 1 北部

# There again.
start_embedd "$eport"
run "$akin" sync
check 'a later sync catches up' pair 1 北部
check 'both ways' "$akin" related http://ja.example/1
check 'in one request, with model and key' \
	is '4 m3 Bearer sesame' "$(cat "$work/asked")"
check 'what is of another matter is not related' no_pair 2 知事
run "$akin" why http://en.example/1 http://ja.example/1
check 'akin why names the embedding' has "$work/out" '^embedding (0\.9|1\.0)'
run "$akin" why --json http://en.example/1 http://ja.example/1
check 'in JSON too' has "$work/out" '"embedding": ?(0\.9|1\.0)'
run "$akin" sync
check 'nothing is asked twice' is 1 "$(wc -l <"$work/asked")"

# New articles are there when sync ends.
make_feeds 3
run "$akin" sync --all
check 'new articles are related by the end of a sync' pair 3 地下室
check 'and they alone were asked for' has "$work/asked" '^2 m3 '

# Other words have another vector.
: >"$work/asked"
sed -i 's/nobody has seen/are open at night now/' "$work/www/en.xml"
run "$akin" sync --all
check 'a revised article is asked for again' is '1 m3 Bearer sesame' \
	"$(cat "$work/asked")"

# All relations made anew: vectors are kept.
: >"$work/asked"
run "$akin" reindex
run "$akin" sync
check 'a reindex relates them again' pair 1 北部
check 'without asking' is '' "$(cat "$work/asked")"

# Another model has other vectors.
AKIN_RELATE_EMBEDDINGS_MODEL="m4"
run "$akin" sync
check 'another model is asked for all' has "$work/asked" '^6 m4 '

# A public URL cannot hide behind the endpoint: feeds stay guarded.
: >"$work/asked"
AKIN_RELATE_EMBEDDINGS_MODEL="m5"
run env AKIN_FETCH_ALLOW= "$akin" sync --all
check 'feeds at a private address are refused all the same' is 1 "$status"
check 'and the error says so' has "$work/err" 'refused'
check 'while the endpoint there is asked' has "$work/asked" '^6 m5 '

# A running akind asks again for what was revised, and for all where the model
# is another one.
unset AKIN_RELATE_EMBEDDINGS_MODEL
mkdir -p "$work/akin"
printf '[relate]\nembeddings_model = m6\n' >"$work/akin/akin.conf"
: >"$work/asked"
"$akind" 2>"$work/log" &
pid=$!
pids="$pids $pid"
wait_for grep -q 'main started' "$work/log"
run "$akin" sync --all
check 'akind asks for all' wait_for has "$work/asked" '^6 m6 '
: >"$work/asked"
sed -i 's/The museum opens/At the harbour the museum opens/' "$work/www/en.xml"
run "$akin" sync --all
check 'and again for the revised one' wait_for has "$work/asked" '^1 m6 '
sed -i 's/美術館が見せる/美術館が港で見せる/' "$work/www/ja.xml"
run "$akin" sync --all
check 'each time' wait_for sh -c "[ \"\$(wc -l <'$work/asked')\" = 2 ]"
related_now() {
	"$akin" why http://en.example/3 http://ja.example/3 |
		grep -qE '^embedding (0\.9|1\.0)'
}
check 'by their new vectors they are related' wait_for related_now
: >"$work/asked"
printf '[relate]\nembeddings_model = m7\n' >"$work/akin/akin.conf"
kill -HUP "$pid"
wait_for grep -q 'info conf reloaded' "$work/log"
run "$akin" sync --all
check 'another model, told by SIGHUP, is asked for all' \
	wait_for has "$work/asked" '^6 m7 '
kill "$pid"
wait "$pid"

run "$akin" check
check 'the store is sound' is 0 "$status"
finish
