/* SPDX-License-Identifier: ISC */
/* static.h - private to serve: answers that need no store; loop thread. */
#ifndef SERVE_STATIC_H
#define SERVE_STATIC_H

#include "serve/serve_int.h"

void static_healthz(struct job *j);
void static_websub(struct job *j);
void static_asset(struct job *j);
void static_icon(struct job *j);
void static_robots(struct job *j);

#endif
