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
finish
