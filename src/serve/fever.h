/* SPDX-License-Identifier: ISC */
#ifndef SERVE_FEVER_H
#define SERVE_FEVER_H

#include "serve/serve_int.h"

void fever_read(struct job *j);	 /* ?api&groups and so on */
void fever_write(struct job *j); /* the same with mark= */

#endif
