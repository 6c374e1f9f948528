/* SPDX-License-Identifier: ISC */
/*
 * limits.h - the caps on hostile input, in one place, but for those that an
 * administrator may move: they are options (conf/options.def, [fetch]).
 *
 * Sizes are in bytes, times as their names say (_MS, _S).
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define LIMIT_KIB ((size_t)1 << 10)
#define LIMIT_MIB ((size_t)1 << 20)

/* --- one transfer ------------------------------------------------------ */
#define LIMIT_URL_BYTES ((size_t)8192)
#define LIMIT_SLOW_BYTES_PER_S 100
#define LIMIT_SLOW_S 15
#define LIMIT_HEADERS_BYTES (128 * LIMIT_KIB) /* in all */
#define LIMIT_HEADER_BYTES (64 * LIMIT_KIB)   /* one field */
#define LIMIT_HEADER_FIELDS 200
#define LIMIT_RATIO 100			 /* decoded : wire ... */
#define LIMIT_RATIO_FROM (1 * LIMIT_MIB) /* ... once over this */
#define LIMIT_ERROR_BODY_BYTES (4 * LIMIT_KIB)
#define LIMIT_VALIDATOR_BYTES ((size_t)512)
#define LIMIT_TLS_SESSIONS 1000 /* kept, the newest */
#define LIMIT_TLS_TICKET_BYTES ((size_t)4096)

/* --- one document ------------------------------------------------------ */
#define LIMIT_XML_DEPTH 256
#define LIMIT_XML_ATTRIBUTES 1000
#define LIMIT_XML_PIECE (16 * LIMIT_KIB) /* pushed at a time */
#define LIMIT_XML_UNREAD (1 * LIMIT_MIB) /* one start tag, comment, PI */
#define LIMIT_XML_TEXT (4 * LIMIT_MIB)	 /* one element's text */
#define LIMIT_XML_ENTITIES 64
#define LIMIT_XML_ENTITY_BYTES (1 * LIMIT_KIB)
#define LIMIT_JSON_DEPTH 64
#define LIMIT_DOC_CPU_MS 5000
#define LIMIT_DOC_ARENA (128 * LIMIT_MIB)
#define LIMIT_ITEMS_READ 10000 /* the first ones of the document */
#define LIMIT_ITEMS_STORED 2000
#define LIMIT_TITLE_BYTES (4 * LIMIT_KIB)
#define LIMIT_AUTHOR_BYTES (1 * LIMIT_KIB)
#define LIMIT_GUID_BYTES (4 * LIMIT_KIB)
#define LIMIT_CONTENT_BYTES (1 * LIMIT_MIB) /* before and after cleaning */
#define LIMIT_HTML_DEPTH 256
#define LIMIT_PAGE_BYTES (4 * LIMIT_MIB) /* of an article's page */
#define LIMIT_TAGS 64
#define LIMIT_ATTACHMENTS 32
#define LIMIT_AUTHORS 16
#define LIMIT_RELATED_LISTED 64
#define LIMIT_DATE_AHEAD_S 86400
#define LIMIT_OPML_BYTES (64 * LIMIT_MIB) /* of 200,000 feeds */
#define LIMIT_OPML_OUTLINES 200000
#define LIMIT_OPML_DEPTH 32
#define LIMIT_DISCOVER_BYTES (512 * LIMIT_KIB)
#define LIMIT_DISCOVER_LINKS 20
#define LIMIT_EMBEDDING_DIM 4096
#define LIMIT_PARSE_FILE_BYTES (64 * LIMIT_MIB) /* `akin parse FILE` */

/* --- pages of articles ---------------------------------------------------- */
#define LIMIT_FULLTEXT_ARTICLES 50 /* of a feed in an hour, the newest */
#define LIMIT_FULLTEXT_TRIES 5	   /* to read an article's page */
#define LIMIT_FULLTEXT_PAGES 5	   /* of one article */
#define LIMIT_FULLTEXT_AT_ONCE 8   /* pages under way */
#define LIMIT_FULLTEXT_QUEUE 2000  /* articles that wait */
#define LIMIT_ROBOTS_ORIGINS 256   /* whose robots.txt is remembered */
#define LIMIT_ROBOTS_BYTES (4 * LIMIT_MIB) /* all of them */

/* --- what a user may ask for --------------------------------------------- */
#define LIMIT_INTERVAL_S (30 * 86400LL) /* between polls of a feed */

/* --- older entries of a feed (RFC 5005) ----------------------------------- */
#define LIMIT_OLDER_PAGES 50	/* in one go */
#define LIMIT_OLDER_GAP_MS 2000 /* between two of them */

/* --- the store ---------------------------------------------------------- */
#define LIMIT_SQL_VALUE_BYTES (16 * LIMIT_MIB) /* one value or row */
#define LIMIT_STORE_WAIT_MS 60000	       /* for another writer */
#define LIMIT_POLLS_KEPT 1000000
#define LIMIT_MATCH_CANDIDATES 8 /* articles looked at for one key */
#define LIMIT_QUERY_WORDS 32

/* --- serving ----------------------------------------------------------- */
#define LIMIT_HTTP_HEADER_BYTES (16 * LIMIT_KIB)
#define LIMIT_HTTP_BODY_BYTES (2 * LIMIT_MIB)
/* What hubs deliver, and OPML; so many at once, of all clients. */
#define LIMIT_HTTP_LARGE_BYTES (16 * LIMIT_MIB)
#define LIMIT_HTTP_LARGE 2
#define LIMIT_HTTP_REPLY_BYTES (64 * LIMIT_MIB)
#define LIMIT_HTTP_ARENA (64 * LIMIT_MIB) /* memory of one request */
#define LIMIT_HTTP_CONNECTIONS 256
/* Descriptors: of a request, with a stalled one's and a kept connection's; of
 * all the rest but clients. */
#define LIMIT_FILES_REQUEST 8
#define LIMIT_FILES_BESIDES 40
#define LIMIT_HTTP_REQUEST_S 60 /* from the first byte to the last */
#define LIMIT_HTTP_QUEUE 512	/* requests waiting for a thread */
#define LIMIT_PUSHES 256 /* deliveries of hubs that wait for a parser ... */
#define LIMIT_PUSHES_BYTES (32 * LIMIT_MIB) /* ... and their sizes added up */
#define LIMIT_IMAGE_BYTES (8 * LIMIT_MIB)   /* of the image proxy */
#define LIMIT_IMAGE_FETCHES 8
#define LIMIT_ICON_BYTES (64 * LIMIT_KIB)    /* in the store */
#define LIMIT_FAVICONS_BYTES (8 * LIMIT_MIB) /* of all, in one answer */
#define LIMIT_THROTTLE_ENTRIES 4096
#define LIMIT_HTTP_IDLE_S 30
#define LIMIT_PAGE_ITEMS 500
#define LIMIT_PAGE_FEEDS 1000 /* then by category */
#define LIMIT_QUERY_BYTES (1 * LIMIT_KIB)
#define LIMIT_CONTROL_LINE_BYTES (64 * LIMIT_KIB)
#define LIMIT_CONTROL_REQUESTS 32     /* under way */
#define LIMIT_CONTROL_CLIENTS 256     /* those too who have not asked yet ... */
#define LIMIT_CONTROL_SILENT_MS 10000 /* ... and so long may they wait */
/* A client that reads no answers is cut off at either. */
#define LIMIT_CONTROL_UNSENT_BYTES ((size_t)8 * LIMIT_MIB)
#define LIMIT_CONTROL_UNREAD_S 600

#endif
