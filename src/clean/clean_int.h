/* SPDX-License-Identifier: ISC */
/*
 * clean_int.h - what the files of clean/ share.
 *
 * bytes -> token.c -> tree.c (attrs.c, frame.c) -> related.c -> write.c.
 * All of it lives in a scratch arena that the cleaner owns; only results are
 * copied into the caller's.
 */
#ifndef CLEAN_CLEAN_INT_H
#define CLEAN_CLEAN_INT_H

#include "base/arena.h"
#include "base/limits.h"
#include "base/str.h"
#include "clean/clean.h"

/* --- names (names.c) ---------------------------------------------------- */

enum tag {
	TAG_NONE, /* not in the table: its tags vanish, its content stays */
#define TAG(id, name, flags, attrs) TAG_##id,
#include "clean/tags.def"
#undef TAG
	TAG_COUNT
};

/* What the tree builder has to know about an element. */
#define F_VOID 0x1u	 /* no content, no end tag */
#define F_BLOCK 0x2u	 /* ends an open <p>; a line of its own in plain text */
#define F_FORMAT 0x4u	 /* HTML 13.2.4.3: reopened after misnesting */
#define F_SPECIAL 0x8u	 /* HTML 13.2.4.2: stops implied closing */
#define F_SCOPE 0x10u	 /* nothing inside closes anything outside */
#define F_MARKER 0x20u	 /* formatting does not reach in: cells */
#define F_TABLE 0x40u	 /* part of a table, not a cell or caption */
#define F_DROP 0x80u	 /* gone with its content, if it has an end tag */
#define F_RAW 0x100u	 /* its content is text up to its end tag */
#define F_FOREIGN 0x200u /* svg, math */
#define F_UNWRAP 0x400u	 /* known, but only the content comes out */
#define F_UNWANTED (F_DROP | F_RAW | F_FOREIGN | F_UNWRAP)
#define F_IMPLIED 0x800u   /* may be closed by its parent's end */
#define F_BREAKOUT 0x1000u /* HTML 13.2.6.5: ends svg and math */
#define F_HEADING 0x2000u

struct tag_info {
	char name[16];
	char open[16]; /* its start tag without attributes */
	uint8_t len;
	uint16_t flags;
	uint64_t attrs; /* bits 1 << enum attr that may come out */
};

extern const struct tag_info clean_tags[TAG_COUNT];

/* `name` as written, of any case. */
enum tag clean_tag_find(const char *name, size_t len);

enum attr {
	ATTR_NONE,
#define ATTR(id, name, form) ATTR_##id,
#include "clean/attrs.def"
#undef ATTR
	ATTR_COUNT
};

/* How a value is judged and written; see attrs.c. */
enum attr_form {
	FORM_READ, /* read by the cleaner, never written as such */
	FORM_TEXT,
	FORM_URL,  /* http, https */
	FORM_LINK, /* those, mailto, tel, #fragment */
	FORM_ID,
	FORM_IDS,
	FORM_LANG,
	FORM_FLAG,
	FORM_SIZE,    /* 640, 640px, 50% */
	FORM_NUMBER,  /* up to 4 digits */
	FORM_INTEGER, /* may be negative */
	FORM_DIR,
	FORM_ALIGN,
	FORM_VALIGN,
	FORM_SCOPE,
	FORM_KIND,
	FORM_TYPE, /* a list's or a media type */
	FORM_TIME,
	FORM_MEDIA, /* media and sizes */
	FORM_CLASS  /* language-... of code */
};

struct attr_info {
	char name[24];
	uint8_t len;
	uint8_t form;
};

extern const struct attr_info clean_attrs[ATTR_COUNT];

enum attr clean_attr_find(const char *name, size_t len);

/* --- character references (entity.c) ------------------------------------ */

/*
 * Decode the reference at s[0..len), s[0] being '&', into out (up to 8 bytes).
 * Returns the bytes read, 0 when it is none: then '&' is itself.  A forbidden
 * character decodes to nothing.  `in_attr`: HTML 13.2.5.73's exception.
 */
size_t clean_entity(
    const char *s, size_t len, bool in_attr, char out[8], size_t *ret_len);

/* --- tokens (token.c) --------------------------------------------------- */

#define MAX_ATTRS 64 /* of one tag; further ones are not seen */

struct token_attr {
	enum attr attr;
	const char *value; /* raw: references not decoded */
	size_t len;
};

enum token_kind { TOKEN_END_OF_INPUT, TOKEN_TEXT, TOKEN_START, TOKEN_END };

struct token {
	enum token_kind kind;
	enum tag tag;
	const char *text; /* TEXT: raw bytes */
	size_t len;
	size_t n_attrs;
	struct token_attr attrs[MAX_ATTRS];
	uint64_t seen; /* bits of the attributes */
	bool self_closing;
};

struct tokenizer {
	const char *at;
	const char *end;
	size_t steps;			 /* bytes looked at, for the test */
	const char *next_end[TAG_COUNT]; /* the next "</tag"; `end`: none */
	bool in_cdata;
};

void clean_tokens(struct tokenizer *t, const char *s, size_t len);
void clean_token_next(struct tokenizer *t, struct token *ret);
/* Its attribute `a`, or NULL. */
const struct token_attr *clean_token_attr(const struct token *t, enum attr a);

/* Skip the rest of an element that is dropped with its content; false, and
 * nothing skipped, when it has no end tag. */
bool clean_token_skip(struct tokenizer *t, enum tag tag);

/* The same for raw text; `ret` its bytes. */
bool clean_token_raw(
    struct tokenizer *t, enum tag tag, const char **ret, size_t *ret_len);

/* --- the tree (tree.c) -------------------------------------------------- */

struct node {
	struct node *next;
	struct node *prev; /* the writer keeps the parent here */
	struct node *first;
	struct node *last;
	const char *s;	   /* text: raw bytes; element: its start tag */
	const char *url;   /* a: href, img: src; or NULL */
	const char *names; /* of a page's: " .class #id ", or NULL */
	uint32_t len;
	uint8_t tag;   /* TAG_NONE: text */
	uint8_t flags; /* NODE_... */
	uint16_t mark; /* the page scorer's */
};

#define NODE_OPEN 0x1u	  /* on the stack of open elements */
#define NODE_CUT 0x4u	  /* split off as a related block */
#define NODE_ADVERT 0x2u  /* a link that says it was paid for */
#define NODE_RELATED 0x8u /* its class or id says "related" */

/* A growing buffer whose size the writer's limit bounds. */
struct wbuf {
	char *data;
	size_t len;
	size_t cap;
};

/* Where headings of related blocks may begin: bits of hashed prefixes. */
struct heading_sieve {
	uint64_t bits[64];
};

void clean_heading_sieve(struct heading_sieve *ret);

struct id {
	const char *s;
	size_t len;
};

struct cleaner {
	struct arena *scratch;
	const struct clean_opts *opts;
	const char *input;
	size_t input_len;
	struct id *ids; /* of the input's elements, sorted, if has_ids */
	size_t n_ids;
	bool has_ids;
	struct tokenizer tok;
	struct token token;
	struct buf tag;	  /* the start tag in the making */
	struct buf value; /* the attribute value in the making */
	struct wbuf html;
	struct wbuf text;
	struct node *spare; /* nodes not handed out yet */
	size_t n_spare;
	struct node *root;
	const char *first_image;
	size_t
	    base_origin;  /* of the base: "https://host"; 0: not a plain one */
	size_t base_dir;  /* up to the last slash of its path */
	size_t base_path; /* up to its query */
	unsigned n_resolved;
	bool is_page; /* keep names, drop controls */
	struct heading_sieve sieve;
	bool has_related; /* some node may head a related block */
	size_t steps;	  /* taken by the tree builder, for the test */
};

void cleaner_init(struct cleaner *c);
void cleaner_release(struct cleaner *c);

/* clean_html() with a cleaner that is used again and again. */
enum ak_status cleaner_run(struct cleaner *c, struct arena *a, const char *html,
    size_t len, const struct clean_opts *opts, struct clean_result *ret) AK_USE;

/* Build c->root of an input; AK_TOOBIG: the scratch arena is full. */
enum ak_status clean_tree(struct cleaner *c, const char *html, size_t len);

struct node *clean_node(struct cleaner *c, enum tag tag);

/* --- attributes (attrs.c) ----------------------------------------------- */

/*
 * Write the start tag of c->token into scratch and hang it on `n`.  False:
 * the element is not to come out (a pixel, an image without address).
 */
bool clean_start_tag(struct cleaner *c, struct node *n);

/* Decode references, drop control characters; in c->value. */
void clean_decode(struct cleaner *c, const char *raw, size_t len);

/* May an element have this id (behind "u-")? */
bool clean_is_id(const char *s);

/* Append ` name="value"`, escaped, to c->tag. */
void clean_put_attr(
    struct cleaner *c, const char *name, const char *value, size_t len);

/* Append an attribute as it was read, if `n` may have it. */
void clean_put_plain(
    struct cleaner *c, struct node *n, const struct token_attr *in);

/* The value of a width or height as it may come out, or NULL. */
const char *clean_size(struct cleaner *c, const struct token_attr *in);

/* c->tag closed and copied: the start tag of `n`. */
bool clean_set_tag(struct cleaner *c, struct node *n);

/* --- URLs (links.c) ----------------------------------------------------- */

/* `raw`, references and all, as an absolute URL that may come out, or NULL. */
const char *clean_url(
    struct cleaner *c, const char *raw, size_t len, enum attr_form form);

/* Take the base apart, once for each content. */
void clean_base(struct cleaner *c);

/* The same for an image's address, which may be data:. */
const char *clean_image_url(struct cleaner *c, const char *raw, size_t len);

/* A srcset with its addresses made absolute, or NULL; *ret_last the last. */
const char *clean_srcset(
    struct cleaner *c, const char *raw, size_t len, const char **ret_last);

/* --- images (image.c) --------------------------------------------------- */

/* The same as clean_start_tag(), for <img>. */
bool clean_image_tag(struct cleaner *c, struct node *n);

/* --- frames (frame.c) --------------------------------------------------- */

/* The frame of c->token, or a link with *ret_child in it; NULL: unknown. */
struct node *clean_frame_node(struct cleaner *c, struct node **ret_child);

/* --- words (text.c, lang.c) --------------------------------------------- */

/* Does an RSS text hold an element's tag or a reference? */
bool clean_looks_like_html(const char *s, size_t len);

/* "ja", "ru" ... by the script of a text; NULL: it does not tell. */
const char *clean_language(const char *s, size_t len);

/* Text as HTML: lines kept, blank lines between paragraphs; NULL: too big. */
const char *clean_text_to_html(struct arena *a, const char *s, size_t *ret_len);

/* --- output (write.c) --------------------------------------------------- */

/* c->html and c->text from c->root, html at most `limit` bytes. */
void clean_write(struct cleaner *c, size_t limit);

#endif
