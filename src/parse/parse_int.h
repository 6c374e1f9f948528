/* SPDX-License-Identifier: ISC */
/*
 * parse_int.h - what the files of src/parse share.
 *
 * One document is read by one struct parser.  xml.c turns libxml2's events
 * into frames, one for each open element, and finds each element's row in the
 * table of its namespace (ns.c); the rows' functions fill the doc through
 * build.c.  Everything kept lies in the arena; a full arena is noticed once,
 * at the end.
 */
#ifndef PARSE_PARSE_INT_H
#define PARSE_PARSE_INT_H

#include <libxml/parser.h>

#include "base/limits.h"
#include "base/str.h"
#include "parse/parse.h"

struct parser;
struct frame;

/* Where an element may stand: the scope its parent opened. */
enum {
	IN_DOC = 1 << 0, /* it is the root */
	IN_FEED = 1 << 1,
	IN_ENTRY = 1 << 2,
	IN_SOURCE = 1 << 3,  /* the feed an entry was copied from */
	IN_IMAGE = 1 << 4,   /* RSS image, CDF logo */
	IN_PERSON = 1 << 5,  /* Atom person construct, itunes:owner */
	IN_MEDIA = 1 << 6,   /* media:group, media:content of an entry */
	IN_RELATED = 1 << 7, /* one line of a list of related articles */
	IN_SKIP = 1 << 8,    /* skipHours, skipDays */
	IN_EXT = 1 << 9,     /* an object below `_akin` */
	IN_LIST = 1 << 10,   /* app:control, categories in categories, ... */
	IN_UNKNOWN = 1 << 11 /* an unknown wrapper: may hold entries */
};
#define IN_BOTH (IN_FEED | IN_ENTRY)

/* What happens to the text and the children of an element. */
enum {
	EL_TEXT = 1 << 0,   /* gather the text, tags of children ignored */
	EL_MARKUP = 1 << 1, /* gather the text, children as markup */
	EL_MANY = 1 << 2    /* ext_capture(): an array */
};

/* A row of a namespace: rows of one name stand together. */
struct element {
	const char *name; /* local, as below `_akin`; compared without case */
	unsigned in;	  /* scopes where the row holds */
	unsigned scope;	  /* the scope for its children; 0: none */
	unsigned flags;
	void (*start)(struct parser *p, struct frame *f);
	/* `text` is trimmed, ends in NUL, and goes away on return. */
	void (*end)(struct parser *p, struct frame *f, char *text, size_t len);
	int arg; /* for the functions: a rank, an enum, ... */
};

struct ns {
	const char *prefix;	 /* usual one, the name below `_akin` */
	const char *const *uris; /* right and known wrong ones, NULL at the end;
				    compared without case, scheme and final
				    '/' or '#' */
	const struct element *elements; /* the last one has no name */
};

struct frame {
	const struct element *el; /* NULL: unknown */
	const struct ns *ns;
	const char *base; /* xml:base in force, absolute, or NULL */
	const char *lang;
	size_t text_at; /* where its text begins in parser.text */
	unsigned scope; /* for its children */
	bool gathers;	/* text goes to parser.text */
	bool is_markup; /* its text became markup */
	bool is_silent; /* inside markup: tags not written */
	enum doc_text_type type;
	void *obj; /* the functions' own */
};

/* How well the value that a field has was founded; 0: it has none. */
struct ranks {
	unsigned char id, url, title, summary, content, published, modified;
	unsigned char authors, image, language, comments, rights;
};

struct parser {
	struct arena *a;
	const struct parse_opts *opts;
	const char *bytes; /* as they came */
	size_t len;
	struct doc *doc;
	xmlParserCtxtPtr ctxt;

	struct frame frames[LIMIT_XML_DEPTH + 2];
	size_t depth;	  /* frames[depth] is open; [0] is the document */
	size_t markup_at; /* depth of the frame written as markup, or 0 */
	struct buf text;

	/* Attributes of the element at hand, as libxml2 gives them. */
	const xmlChar **attrs;
	int n_attrs;

	const struct ns *core;	 /* of elements without a namespace */
	const xmlChar *core_uri; /* the root's, known or not */
	struct ns_cache *cache;	 /* ns.c */

	struct doc_entry *entry; /* open, or NULL */
	struct doc_entry **entries_end;
	struct ranks feed_rank, entry_rank;
	struct doc_person *person;    /* open, or NULL */
	struct doc_attachment *media; /* open, or NULL */
	struct doc_related *related;  /* open, or NULL */
	bool related_is_ad, related_all_ads;
	int64_t period_s, frequency; /* sy:updatePeriod, updateFrequency */
	double duration_s;	     /* of the open entry's recording, or < 0 */

	bool is_strict; /* first pass: an error ends it */
	bool is_broken; /* ... and this says so */
	const char *problem;
	int64_t deadline_ms;	/* of this thread's CPU time */
	enum ak_status stopped; /* a limit that ended the document */
};

/* --- ns.c: finding rows ------------------------------------------------- */
/* Each in the file of its format or namespace; ns.c has their order. */
extern const struct ns ns_rss, ns_atom, ns_cdf, ns_rdf, ns_xhtml, ns_content,
    ns_dc, ns_dcterms, ns_media, ns_itunes, ns_googleplay, ns_podcast, ns_slash,
    ns_thr, ns_wfw, ns_georss, ns_geo, ns_gml, ns_feedburner, ns_admin, ns_cc,
    ns_source, ns_youtube, ns_activity, ns_webfeeds, ns_sy, ns_fh, ns_app,
    ns_pingback, ns_gnf, ns_oa, ns_yj, ns_ldnfeed, ns_smp, ns_goonews, ns_trill,
    ns_snf, ns_other;
const struct element *ns_find(struct parser *p, unsigned scope,
    const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
    const struct ns **ret_ns);

/* The root tells what elements without a namespace mean. */
void ns_set_root(struct parser *p, const xmlChar *local, const xmlChar *uri);

/* --- xml.c: the events --------------------------------------------------- */
/* Parse text[0..len), that begins with the root's '<'. */
void xml_parse(struct parser *p, const char *text, size_t len, bool strict);
void xml_stop(struct parser *p, enum ak_status st, const char *why);
/* Value of an attribute of the element at hand, trimmed, in the arena; NULL
 * where absent or empty.  Any prefix but xml: will do. */
const char *xml_attr(struct parser *p, const char *name);
bool xml_has_attr(struct parser *p, const char *name); /* empty or not */
bool xml_attr_is(struct parser *p, const char *name, const char *value);
/* From now on the frame's text and children are gathered as markup. */
void xml_begin_markup(struct parser *p, struct frame *f);

/* --- prolog.c, mend.c: what precedes the parser -------------------------- */
struct entity {
	const char *name, *value;
	size_t name_len, value_len;
};

struct prolog {
	size_t root;   /* offset of the root's '<'; SIZE_MAX: no feed in it */
	bool is_clean; /* nothing but XML stood before it */
	const char *seems; /* what it is when no feed; NULL: no markup */
	struct entity entities[LIMIT_XML_ENTITIES];
	size_t n_entities;
	bool has_bad_entities; /* external, nested, parameter: dropped */
};

void prolog_read(const char *text, size_t len, struct prolog *ret);
/* What a document without any markup seems to be. */
const char *prolog_name_bytes(const char *bytes, size_t len);

/* Rewrite broken markup as well-formed XML.  Returns how many faults it
 * mended; AK_TOOBIG in out->status: the rest is cut off. */
size_t mend_xml(
    struct buf *out, const char *text, size_t len, const struct prolog *prolog);

/* Append the text with its faults mended; unmendable JSON stays broken. */
void mend_json(struct buf *out, const char *text, size_t len);

/* --- build.c: filling the doc -------------------------------------------- */
/* Does a value of rank `want` replace the one of rank *have?  Then it's set. */
bool outranks(unsigned char *have, unsigned want);
struct ranks *ranks(struct parser *p); /* of the open entry, or the feed */

/* Copy into the arena, at most `max` bytes, cut at a character; NULL: empty. */
const char *keep(struct parser *p, const char *s, size_t len, size_t max);
const char *keep_line(struct parser *p, const char *s, size_t len, size_t max);
/* The id of an entry or feed; one over its limit is cut and hashed. */
const char *keep_id(struct parser *p, const char *s, size_t len);
/*
 * Absolute against the frame's base, the feed's own address or its home page;
 * where no base is known, as written.  NULL: no URL, or one of a scheme that is
 * not to be followed.  No credentials.  `f` NULL: the document's base.
 */
const char *resolve(struct parser *p, const struct frame *f, const char *ref);
void set_text(struct parser *p, const struct frame *f, struct doc_text *t,
    const char *s, size_t len, enum doc_text_type type);
/* Why the document is not well-formed, in a library's words. */
void set_problem(struct parser *p, int line, const char *message);
int64_t read_date(struct parser *p, const char *s);

void entry_begin(struct parser *p);
void entry_end(struct parser *p);
void add_hub(struct parser *p, const char *url);
struct doc_person *add_person(struct parser *p, unsigned rank, const char *name,
    const char *email, const char *url);
/* "Name", "mail@host (Name)", "Name <mail@host>": one person. */
void add_person_text(struct parser *p, unsigned rank, char *text);
void add_tag(
    struct parser *p, const char *term, const char *label, const char *scheme);
void add_tag_list(struct parser *p, char *text, size_t len); /* "a, b" */
struct doc_attachment *add_attachment(
    struct parser *p, const char *url, const char *mime_type);
/* An image of the open entry, or of the feed. */
void set_image(struct parser *p, const char *url, unsigned rank);
int64_t read_size(const char *s);
double read_duration(const char *s); /* "3600", "1:00:00", "PT1H"; -1 */

/* --- common.c, atom.c: functions of rows of several namespaces ----------- */
void atom_link(struct parser *p, struct frame *f);
void person_start(struct parser *p, struct frame *f);
bool person_close(struct parser *p, struct frame *f); /* false: it was empty */
void person_name(struct parser *p, struct frame *f, char *text, size_t len);
void person_url(struct parser *p, struct frame *f, char *text, size_t len);
void do_published(struct parser *p, struct frame *f, char *text, size_t len);
void do_modified(struct parser *p, struct frame *f, char *text, size_t len);
void do_title(struct parser *p, struct frame *f, char *text, size_t len);
enum { RANK_SUMMARY = 4 }; /* Atom's own; RSS's description stands above */
void do_summary(struct parser *p, struct frame *f, char *text, size_t len);
void do_creator(struct parser *p, struct frame *f, char *text, size_t len);
void do_subject(struct parser *p, struct frame *f, char *text, size_t len);
void do_language(struct parser *p, struct frame *f, char *text, size_t len);
/* xml:lang of a feed or entry is its language unless an element says so. */
void inherit_language(struct parser *p, const struct frame *f);
void do_generator(struct parser *p, struct frame *f, char *text, size_t len);
void do_rights(struct parser *p, struct frame *f, char *text, size_t len);
void do_identifier(struct parser *p, struct frame *f, char *text, size_t len);
void do_comments(struct parser *p, struct frame *f, char *text, size_t len);

/* --- ext.c: below `_akin` ------------------------------------------------ */
/* The element as it stands: a string, or an object of its attributes with the
 * text as "value"; EL_MANY: in an array.  As `start` and `end` both. */
void ext_start(struct parser *p, struct frame *f);
void ext_end(struct parser *p, struct frame *f, char *text, size_t len);
/* The list below `_akin` of the open entry or the feed. */
struct doc_ext **ext_list(struct parser *p);
/* Below `_akin`, the object `name` (made when missing); NULL: full. */
struct doc_ext *ext_object(struct parser *p, const char *name);

/* --- related.c: publishers' lists ---------------------------------------- */
void related_add(
    struct parser *p, const char *url, const char *title, const char *form);
void related_start(struct parser *p, struct frame *f);
void related_end(struct parser *p, struct frame *f, char *text, size_t len);
void related_url(struct parser *p, struct frame *f, char *text, size_t len);
void related_title(struct parser *p, struct frame *f, char *text, size_t len);
void related_finish(struct doc_entry *e, struct arena *a);

/* --- json.c -------------------------------------------------------------- */
enum ak_status json_feed_parse(
    struct parser *p, const char *text, size_t len, struct diag *reterr) AK_USE;

#endif
