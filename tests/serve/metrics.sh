#!/bin/sh
# SPDX-License-Identifier: ISC
# /metrics as Prometheus reads it, and the dashboard that asks for it.
. "${AKIN_SRCDIR:-.}/tests/serve/lib.sh"

command -v curl >/dev/null || skip_all "there is no curl"
command -v python3 >/dev/null || skip_all "there is no python3"
serve_start
curl -s --max-time 20 -H "Authorization: Bearer $secret" "$base/metrics" \
    >"$dir/metrics"

if command -v promtool >/dev/null; then
	promtool check metrics <"$dir/metrics" >"$dir/said" 2>&1
	result $? "promtool finds nothing"
	sed 's/^/# /' "$dir/said"
else
	n_checks=$((n_checks + 1))
	echo "ok $n_checks - promtool # SKIP there is none"
fi
python3 - "$AKIN_SRCDIR/etc/grafana-akin.json" "$dir/metrics" <<'PY'
import json, re, sys
has = {re.split(r'[ {]', line)[0] for line in open(sys.argv[2])
       if not line.startswith('#')}
panels = json.load(open(sys.argv[1]))['panels']
asked = {name for p in panels for t in p['targets']
         for name in re.findall(r'akin_\w+', t['expr'])}
for name in sorted(asked - has):
    print('# no', name)
sys.exit(not asked or bool(asked - has))
PY
result $? "the dashboard asks for what there is"

# Prometheus itself reads them, and each panel's queries get data.
if ! command -v prometheus >/dev/null; then
	n_checks=$((n_checks + 1))
	echo "ok $n_checks - prometheus # SKIP there is none"
	finish
	exit 0
fi
mkdir "$dir/www"
feeds_start "$dir/www"
# A feed may be asked for by hand but a few times in a row: one a round.
feed()
{
	cat >"$dir/www/$1.xml" <<XML
<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>
<link>$feeds/</link><description>d</description>
<item><title>Article $1</title><link>$feeds/$1</link></item></channel></rss>
XML
	echo "<opml version='2.0'><body>
	<outline type='rss' text='$1' xmlUrl='$feeds/$1.xml'/></body></opml>" |
		"$akin" import - >/dev/null
}
cat >"$dir/p.yml" <<YML
global: {scrape_interval: 1s}
scrape_configs:
- job_name: akin
  authorization: {credentials: $secret}
  static_configs: [{targets: ['127.0.0.1:$port']}]
YML
asks=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
prometheus --config.file="$dir/p.yml" --storage.tsdb.path="$dir/tsdb" \
    --web.listen-address="127.0.0.1:$asks" >"$dir/prometheus" 2>&1 &
pids="$pids $!"
n=0
all_have_data()
{
	n=$((n + 1))
	feed "$n"
	"$akin" sync "$feeds/$n.xml" >/dev/null 2>&1
	python3 - "$AKIN_SRCDIR/etc/grafana-akin.json" "$asks" <<'PY'
import json, sys, urllib.parse, urllib.request
empty = 0
for panel in json.load(open(sys.argv[1]))['panels']:
    for target in panel['targets']:
        query = urllib.parse.urlencode({'query': target['expr']})
        got = json.load(urllib.request.urlopen(
            'http://127.0.0.1:%s/api/v1/query?%s' % (sys.argv[2], query)))
        if all(x['value'][1] == 'NaN' for x in got['data']['result']):
            print('no data:', panel['title'], target['expr'])
            empty += 1
sys.exit(empty > 0)
PY
}
check "each panel of the dashboard has data" wait_for all_have_data
finish
