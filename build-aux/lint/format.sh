#!/bin/sh
# SPDX-License-Identifier: ISC
# format.sh [SRCDIR] - clang-format finds nothing to change; shell scripts and
# manual pages are clean. A tool that is not installed is named and skipped.
set -u
cd "${1:-.}" || exit 2
bad=0
if command -v clang-format >/dev/null; then
	git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror 2>&1 |
		grep 'error:' | sed 's/: error.*//' | sort -u | head -n 40 >&2
	git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror \
		>/dev/null 2>&1 || { echo 'format: run make format' >&2; bad=1; }
else
	echo 'format: no clang-format, skipped' >&2
fi
if command -v shellcheck >/dev/null; then
	git ls-files '*.sh' bootstrap .ci/run | xargs shellcheck -S warning || bad=1
else
	echo 'format: no shellcheck, skipped' >&2
fi
if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning man/*.[0-9] || bad=1
else
	echo 'format: no mandoc, skipped' >&2
fi
exit $bad
