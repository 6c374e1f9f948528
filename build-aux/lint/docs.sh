#!/bin/sh
# SPDX-License-Identifier: ISC
# docs.sh [SRCDIR] - options, verbs and routes stand in the manual pages.
set -u
cd "${1:-.}" || exit 2

found=$(
	# Options: OPT(section, key, ...) against akin.conf(5) and the sample.
	sed -n 's/^OPT(\([a-z_]*\), \([a-z_]*\),.*/\1 \2/p' \
		src/conf/options.def | while read -r section key; do
		grep -q "^\.It Ic $key\b" man/akin.conf.5 ||
			echo "akin.conf(5) lacks [$section] $key"
		grep -q "^# *$key *=" etc/akin.conf ||
			echo "etc/akin.conf lacks [$section] $key"
	done

	# Verbs: the table of src/cli/main.c against akin(1).
	sed -n 's/^[ \t]*{"\([a-z-]*\)", *"*.*cmd_.*/\1/p' src/cli/main.c |
		while read -r verb; do
			grep -qE "^\.It (Xo )?Ic $verb\b" man/akin.1 ||
				echo "akin(1) lacks $verb"
		done

	# Tables, those that a later migration renames or drops apart.
	grep -hoE '^CREATE (VIRTUAL )?TABLE [a-z_]+' src/store/migrations/*.sql |
		sed 's/.* //' | grep -v '^new_\|_new$' | sort -u | while read -r table; do
		grep -q "\`$table\b" docs/schema.md ||
			echo "docs/schema.md lacks $table"
	done

	# Decisions that are cited exist.
	grep -rhoE '\bD[0-9]+ \*/|\(D[0-9]+[,)]' src docs tests bench |
		grep -oE 'D[0-9]+' |
		sort -u | while read -r d; do
		grep -q "^### .*\b$d\b" docs/design.md ||
			echo "docs/design.md lacks $d"
	done
)
[ -z "$found" ] && exit 0
echo "$found" | sed 's/^/docs: /' >&2
exit 1
