dnl SPDX-License-Identifier: ISC
dnl AK_TRY_FLAG(VARIABLE, FLAG): append FLAG where the compiler takes it.
AC_DEFUN([AK_TRY_FLAG], [
	ak_save_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -Werror $2"
	AC_MSG_CHECKING([whether $CC takes $2])
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes]); $1="$$1 $2"], [AC_MSG_RESULT([no])])
	CFLAGS=$ak_save_CFLAGS
])

dnl AK_WARNINGS: sets WARN.
AC_DEFUN([AK_WARNINGS], [
	WARN=
	m4_foreach_w([ak_flag], [-Wall -Wextra -Wshadow -Wconversion
		-Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes
		-Wold-style-definition -Wpointer-arith -Wwrite-strings
		-Wformat=2 -Wundef -Wvla -Wnull-dereference
		-Wimplicit-fallthrough -Wdouble-promotion -Wlogical-op
		-Wduplicated-cond],
		[AK_TRY_FLAG([WARN], [ak_flag])])
])

dnl AK_HARDENING: sets HARD_CFLAGS and HARD_LDFLAGS.
AC_DEFUN([AK_HARDENING], [
	HARD_CFLAGS=
	HARD_LDFLAGS=
	m4_foreach_w([ak_flag], [-fstack-protector-strong
		-fstack-clash-protection -fcf-protection -fPIE],
		[AK_TRY_FLAG([HARD_CFLAGS], [ak_flag])])
	AS_CASE([" $CFLAGS $CPPFLAGS "],
		[*" -O0 "*|*FORTIFY_SOURCE*], [],
		[*" -O"*], [AK_TRY_FLAG([HARD_CFLAGS], [-D_FORTIFY_SOURCE=2])])
	m4_foreach_w([ak_flag], [-pie -Wl,-z,relro -Wl,-z,now],
		[AK_TRY_FLAG([HARD_LDFLAGS], [ak_flag])])
])
