/* SPDX-License-Identifier: ISC */
/*
 * parse.h - bytes of a feed to a doc.  Pure: no threads, files, network, log.
 *
 * Reads RSS 0.90-2.0, RSS 1.0, Atom 0.3 and 1.0, CDF and JSON Feed, in any
 * charset, broken as the web serves them.  Every limit of base/limits.h holds.
 */
#ifndef PARSE_PARSE_H
#define PARSE_PARSE_H

#include "model/doc.h"

struct parse_opts {
	const char *url;	  /* base of relative references, or NULL */
	const char *content_type; /* of the HTTP response, or NULL */
	int64_t now; /* unix seconds; dates past now + 1 day are unreadable;
			0: no such bound */
};

/*
 * Parse one document into `a`.  On success *ret is raw: run clean_doc() on it
 * before showing or storing anything.  AK_BADINPUT: it is no feed (the diag
 * says what it seems to be instead); AK_TOOBIG: a limit was reached before
 * anything useful was read; AK_TIMEOUT: over LIMIT_DOC_CPU_MS.
 */
enum ak_status parse_feed(struct arena *a, const char *bytes, size_t len,
    const struct parse_opts *opts, struct doc **ret,
    struct diag *reterr) AK_USE;

/*
 * A date as seen in the wild: RFC 822/2822, RFC 3339, ISO 8601, asctime, and
 * the many near misses, month names in ten languages.  DOC_NO_TIME: none.
 */
int64_t parse_date(const char *s);

/* --- charsets (charset.c) ---------------------------------------------- */

/* WHATWG Encoding Standard: label to lower-case name, NULL if unknown. */
const char *parse_charset_name(const char *label, size_t len);

struct parse_decoded {
	const char *text; /* UTF-8 without BOM and forbidden characters, in
			     the arena or the input itself */
	size_t len;
	const char *encoding; /* WHATWG name, lower case */
	bool had_errors;      /* some bytes became U+FFFD */
	const char *note;     /* header and declaration disagreed, ...; NULL */
};

/*
 * Decode an XML document: BOM, then charset of `content_type`, then the XML
 * declaration, then UTF-8 (RFC 7303, 3); where the header's does not decode
 * and the declaration's does, that one; undeclared and no UTF-8: windows-1252.
 */
enum ak_status parse_decode_xml(struct arena *a, const char *bytes, size_t len,
    const char *content_type, struct parse_decoded *ret) AK_USE;

/* The same for HTML: BOM, header, <meta> in the first 1024 bytes, UTF-8 if it
 * is valid, else windows-1252. */
enum ak_status parse_decode_html(struct arena *a, const char *bytes, size_t len,
    const char *content_type, struct parse_decoded *ret) AK_USE;

/* --- discovery (discover.c) -------------------------------------------- */

struct parse_link {
	const char *url;   /* absolute */
	const char *title; /* or NULL */
	const char *type;  /* media type, or NULL */
	bool is_guess;	   /* from <a href>, not from <link> */
	struct parse_link *next;
};

/*
 * Feeds that an HTML page names: `link_headers` (NULL or NULL-terminated array
 * of Link: values, RFC 8288) first, then <link rel=alternate>, then <a href>
 * that ends like a feed on the same host; comment feeds last; at most
 * LIMIT_DISCOVER_LINKS of the first LIMIT_DISCOVER_BYTES.  NULL: none.
 */
struct parse_link *parse_discover(struct arena *a, const char *bytes,
    size_t len, const char *content_type, const char *url,
    const char *const *link_headers);

/*
 * Feed address of a known site's page by rule (video channels, code forges,
 * ...), without any request; NULL: no rule fits.
 */
const char *parse_known_site(struct arena *a, const char *url);

#endif
