#!/bin/sh
# SPDX-License-Identifier: ISC
# banned.sh [SRCDIR] - calls that have a better form here.
set -u
cd "${1:-.}" || exit 2
names='sprintf|vsprintf|strcpy|strcat|strncpy|strncat|strtok|atoi|atol|atof|alloca|system|popen|rand|srand|gets|localtime|gmtime|ctime|asctime|strerror|readdir_r|tmpnam|mktemp'
# shellcheck disable=SC2046
found=$(grep -nE "(^|[^A-Za-z0-9_.>])($names)[[:space:]]*\(" \
	$(git ls-files 'src/*.[ch]' 'bench/*.c' 'tests/*.c' 2>/dev/null ||
		find src bench tests -name '*.[ch]') /dev/null |
	grep -vE ':[[:space:]]*(/\*|\*|//)')
if [ -n "$found" ]; then
	echo "$found" | sed 's/^/banned: /' >&2
	exit 1
fi
