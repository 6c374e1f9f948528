/* SPDX-License-Identifier: ISC */
/* zone.h - the time zones of regions, by ICU's copy of the IANA database. */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "base/ak.h"

/* Seconds east of Greenwich in the region of that name ("Europe/Paris") when
 * its clocks show `t`, in seconds as if it were UTC.  0: there is none. */
int64_t zone_offset(const char *name, size_t len, int64_t t);

#endif
