/* SPDX-License-Identifier: ISC */
/*
 * ICU's calendars are a library of their own, three megabytes whose addresses
 * the dynamic linker would have to set at each start, for the few dates that
 * name a region.  So it is loaded for the first of them.
 */
#include "base/zone.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <unicode/ucal.h>

/* ICU's names end in its version: urename.h puts it there, as macros. */
#define TEXT_OF(x) #x
#define NAME_OF(x) TEXT_OF(x)

static struct {
	__typeof__(&ucal_open) open;
	__typeof__(&ucal_close) close;
	__typeof__(&ucal_setMillis) set;
	__typeof__(&ucal_getTimeZoneOffsetFromLocal) offset;
} icu; /* `offset` NULL: there is no such library */

static void
load(void)
{
	static const struct {
		const char *name;
		void *at;
	} names[] = {
	    {NAME_OF(ucal_open), &icu.open},
	    {NAME_OF(ucal_close), &icu.close},
	    {NAME_OF(ucal_setMillis), &icu.set},
	    {NAME_OF(ucal_getTimeZoneOffsetFromLocal), &icu.offset},
	};
	void *lib =
	    dlopen("libicui18n.so." U_ICU_VERSION_SHORT, RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; lib != NULL && i < AK_COUNT(names); i++) {
		void *fn = dlsym(lib, names[i].name);

		if (fn == NULL)
			break;
		memcpy(names[i].at, &fn, sizeof(fn)); /* POSIX allows it */
	}
}

int64_t
zone_offset(const char *name, size_t len, int64_t t)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	UChar id[64];
	UErrorCode err = U_ZERO_ERROR;
	UCalendar *cal;
	int32_t raw = 0, dst = 0;

	(void)pthread_once(&once, load);
	if (len >= AK_COUNT(id) || icu.offset == NULL)
		return 0;
	for (size_t i = 0; i < len; i++)
		id[i] = (UChar)(unsigned char)name[i];
	cal = icu.open(id, (int32_t)len, "en", UCAL_GREGORIAN, &err);
	if (U_FAILURE(err))
		return 0;
	icu.set(cal, (double)t * 1000, &err);
	icu.offset(
	    cal, UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_LATTER, &raw, &dst, &err);
	icu.close(cal);
	return U_FAILURE(err) ? 0 : (raw + dst) / 1000;
}
