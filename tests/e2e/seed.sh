#!/bin/sh
# SPDX-License-Identifier: ISC
# A page with its list of related articles, end to end, where that is at hand.
. "${AKIN_SRCDIR:-.}/tests/e2e/lib.sh"

runner=$src/../shared/corpora/seed/check
[ -x "$runner" ] || skip_all "no $runner"
unset AKIN_DB
run "$runner" --bin "$akin"
sed 's/^/# /' "$work/out"
check 'every expectation holds' is 0 "$status"
finish
