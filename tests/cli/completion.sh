#!/bin/sh
# SPDX-License-Identifier: ISC
# What bash completes.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

command -v bash >/dev/null || skip_all 'no bash'
PATH=$(cd "$build" && pwd):$PATH

# words WORD...: what the last one is completed to, in one line
words() {
	bash -c '. "$0" || exit
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
		_akin
		echo "${COMPREPLY[*]}"' "$src/etc/akin.bash-completion" "$@"
}

check 'verbs' is 'reindex related remove' "$(words akin re | tr ' ' '\n' |
	sort | tr '\n' ' ' | sed 's/ $//')"
check 'verbs to be explained' is 'threads' "$(words akin help th)"
check 'options of akin' is '--db' "$(words akin --d)"
check 'options of a verb' is '--unread' "$(words akin list --un)"
check 'behind options of akin' is '--category' \
	"$(words akin -q --db x.db add --ca)"
check 'words of a verb' is 'unread unstar' "$(words akin mark un)"
check 'arguments are files' is '' "$(words akin import x)"
check 'as are values' is '' "$(words akin --db x)"
for verb in $("$akin" help | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
	[ "$verb" = help ] || check "$verb has options" \
		test -n "$(words akin "$verb" --)"
done
finish
