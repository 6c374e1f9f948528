/* SPDX-License-Identifier: ISC */
/* form.h - an entry as the columns of an article. */
#ifndef STORE_FORM_H
#define STORE_FORM_H

#include "model/doc.h"
#include "store/identity.h"
#include "store/private.h"

struct form { /* borrowed from the entry, or owned (the char * ones) */
	int64_t title_hash; /* placed; 0: none */
	const char *image, *language;
	const char *summary; /* "": the same as the text */
	const char *text;    /* NULL: made of the HTML or the summary */
	char *author, *tags, *attachments, *extra;
};

void form_make(struct store *s, const struct doc *doc, const struct ident *i,
    struct form *ret);
void form_release(struct form *f);

int64_t form_date(int64_t t); /* 0 for DOC_NO_TIME */

#endif
