#!/bin/sh
# SPDX-License-Identifier: ISC
# spdx.sh [SRCDIR] - each source file says its licence on one of its first lines.
set -u
cd "${1:-.}" || exit 2
bad=0
for f in $(git ls-files 'src/*' 'tests/*.[ch]' 'tests/*.sh' 'bench/*.c' \
	'build-aux/*.sh' '*.am' 2>/dev/null); do
	case $f in
	*.svg | *.ico | *.png | *.json) continue ;;
	esac
	case $f in
	*.am) [ "$f" = Makefile.am ] || continue ;;
	esac
	head -n 3 "$f" | grep -q 'SPDX-License-Identifier: ISC' || {
		echo "spdx: $f has no licence line" >&2
		bad=1
	}
done
exit $bad
