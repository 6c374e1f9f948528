/* SPDX-License-Identifier: ISC */
/*
 * The index is an FTS5 table with external content: it holds no copy of the
 * text, snippets come from the article.  FTS5 writes out what it gathered at
 * every savepoint and every commit, and small pieces cost merges later, so
 * articles are only noted while documents are stored, each in its savepoint,
 * and indexed together right before the commit.
 *
 * Every row in the index agrees with its article: words that change or go are
 * taken out first, by their old form.  Articles stored while search was
 * switched off are missing, which meta.search_gap tells; they are added when
 * it is on again.
 */
#include "store/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "store/plain.h"
#include "store/private.h"
#include "store/tokens.h"

/* --- the tokenizer as FTS5 sees it ----------------------------------- */

static int
fts_create(void *ctx, const char **args, int n, Fts5Tokenizer **ret)
{
	(void)ctx;
	(void)args;
	(void)n;
	*ret = (Fts5Tokenizer *)tokens_new();
	return SQLITE_OK;
}

static void
fts_delete(Fts5Tokenizer *t)
{
	tokens_free((struct tokens *)t);
}

struct fts_sink {
	void *ctx;
	int (*put)(void *, int, const char *, int, int, int);
};

static int
fts_token(void *arg, int flags, const char *token, size_t len, size_t start,
    size_t end)
{
	const struct fts_sink *k = arg;

	return k->put(k->ctx,
	    (flags & TOKENS_SAME_PLACE) != 0 ? FTS5_TOKEN_COLOCATED : 0, token,
	    (int)len, (int)start, (int)end);
}

static int
fts_tokenize(Fts5Tokenizer *t, void *ctx, int flags, const char *text, int len,
    int (*put)(void *, int, const char *, int, int, int))
{
	struct fts_sink k = {.ctx = ctx, .put = put};

	if (text == NULL)
		return SQLITE_OK;
	return tokens_run((struct tokens *)t,
	    (flags & FTS5_TOKENIZE_QUERY) != 0, text, (size_t)len, fts_token,
	    &k);
}

int
search_register(sqlite3 *db)
{
	static fts5_tokenizer methods = {fts_create, fts_delete, fts_tokenize};
	sqlite3_stmt *st = NULL;
	fts5_api *api = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &st, NULL);

	if (rc != SQLITE_OK)
		return rc;
	(void)sqlite3_bind_pointer(st, 1, (void *)&api, "fts5_api_ptr", NULL);
	(void)sqlite3_step(st);
	rc = sqlite3_finalize(st);
	if (rc == SQLITE_OK && api == NULL)
		rc = SQLITE_ERROR; /* an SQLite without FTS5 */
	return rc != SQLITE_OK
		   ? rc
		   : api->xCreateTokenizer(api, "akin", NULL, &methods, NULL);
}

/* --- keeping the index ----------------------------------------------- */

void
search_want(struct store *s, int64_t id)
{
	if (s->n_to_index == s->cap_to_index) {
		s->cap_to_index =
		    s->cap_to_index != 0 ? 2 * s->cap_to_index : 64;
		s->to_index = xreallocarray(
		    s->to_index, s->cap_to_index, sizeof(*s->to_index));
	}
	s->to_index[s->n_to_index++] = id;
}

enum ak_status
search_forget(struct store *s, int64_t id, const char *title, const char *words)
{
	enum ak_status st;
	int64_t has;

	st = conn_int(&s->c, Q_SEARCH_HAS, ARGS(vi(id)), 0, &has);
	if (st != AK_OK || has == 0)
		return st;
	return conn_run(
	    &s->c, Q_SEARCH_DELETE, ARGS(vi(id), vt(title), vt(words)));
}

enum ak_status
search_add(struct store *s, int64_t id)
{
	struct conn *c = &s->c;
	const char *words, *title;
	sqlite3_stmt *st;
	enum ak_status status;

	if ((st = conn_query(c, Q_SEARCH_SOURCE, ARGS(vi(id)))) == NULL)
		return c->status;
	if (!conn_row(c, st))
		return c->status;
	title = col_text(st, 0);
	words = plain_words(
	    &c->words, col_text(st, 1), col_text(st, 2), col_text(st, 3));
	status = conn_run(c, Q_SEARCH_ADD, ARGS(vi(id), vt(title), vt(words)));
	(void)sqlite3_reset(st);
	return status;
}

static int
by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

enum ak_status
search_flush(struct store *s)
{
	int64_t gap, last = 0;
	enum ak_status st;

	if (s->n_to_index == 0)
		return AK_OK;
	if (!s->has_search)
		return conn_run(
		    &s->c, Q_META_SET, ARGS(vi(1), vt("search_gap")));
	st = conn_int(&s->c, Q_META_GET, ARGS(vt("search_gap")), 0, &gap);
	if (st == AK_OK && gap != 0) {
		/* These are among the missing ones. */
		st = conn_run(&s->c, Q_SEARCH_ADD_MISSING, NO_ARGS);
		return st != AK_OK ? st
				   : conn_run(&s->c, Q_META_SET,
					 ARGS(vi(0), vt("search_gap")));
	}
	/* FTS5 wants rowids to rise. */
	qsort(s->to_index, s->n_to_index, sizeof(*s->to_index), by_id);
	for (size_t k = 0; st == AK_OK && k < s->n_to_index; k++) {
		if (s->to_index[k] == last)
			continue;
		last = s->to_index[k];
		st = search_add(s, last);
	}
	return st;
}

/* --- queries --------------------------------------------------------- */

struct term { /* what the tokenizer makes of one word or phrase */
	size_t n;
	bool ends_in_part;
};

static int
count_token(void *arg, int flags, const char *token, size_t len, size_t start,
    size_t end)
{
	struct term *t = arg;

	(void)token;
	(void)len;
	(void)start;
	(void)end;
	t->n++;
	t->ends_in_part = (flags & TOKENS_PART) != 0;
	return 0;
}

/* Append `"text"`, with a star where a prefix is meant; false: no word. */
static bool
put_term(struct tokens *tok, struct buf *out, const char *text, size_t len)
{
	struct term t = {.n = 0};
	bool is_prefix = len > 0 && text[len - 1] == '*';

	(void)tokens_run(tok, true, text, len, count_token, &t);
	if (t.n == 0)
		return false;
	buf_addc(out, '"');
	buf_add(out, text, len); /* quotes cannot occur, see next_term() */
	buf_adds(out, is_prefix || t.ends_in_part ? "\" *" : "\"");
	return true;
}

struct typed { /* one term as typed */
	const char *text;
	size_t len;
	bool is_not, is_or;
};

/* The next word or phrase at *p. */
static bool
next_term(const char **p, struct typed *ret)
{
	const char *s = *p;

	*ret = (struct typed){0};
	while (*s != '\0' && ascii_space((unsigned char)*s))
		s++;
	if (*s == '\0')
		return false;
	if (*s == '-' && s[1] != '\0' && !ascii_space((unsigned char)s[1])) {
		ret->is_not = true;
		s++;
	}
	if (*s == '"') {
		ret->text = ++s;
		ret->len = strcspn(s, "\"");
		s += ret->len;
		*p = *s == '"' ? s + 1 : s;
		return true;
	}
	ret->text = s;
	while (*s != '\0' && *s != '"' && !ascii_space((unsigned char)*s))
		s++;
	ret->len = (size_t)(s - ret->text);
	ret->is_or =
	    !ret->is_not && ret->len == 2 && memcmp(ret->text, "OR", 2) == 0;
	*p = s;
	return true;
}

bool
search_query(const char *typed, struct buf *out)
{
	struct tokens *tok = tokens_new();
	struct buf wanted, unwanted, term;
	bool after_or = false;
	struct typed t;
	int n = 0;

	buf_init(&wanted, 64 * LIMIT_QUERY_BYTES);
	buf_init(&unwanted, 64 * LIMIT_QUERY_BYTES);
	buf_init(&term, 8 * LIMIT_QUERY_BYTES);
	while (n < LIMIT_QUERY_WORDS && next_term(&typed, &t)) {
		struct buf *to = t.is_not ? &unwanted : &wanted;

		if (t.is_or) {
			after_or = wanted.len > 0;
			continue;
		}
		buf_clear(&term);
		if (!put_term(tok, &term, t.text, t.len))
			continue;
		if (t.is_not)
			buf_adds(to, to->len > 0 ? " OR " : "");
		else if (after_or)
			buf_trunc(to, to->len - 1); /* into its brackets */
		else if (to->len > 0)
			buf_adds(to, " AND ");
		if (!t.is_not)
			buf_adds(to, after_or ? " OR " : "(");
		buf_add(to, buf_str(&term), term.len);
		if (!t.is_not)
			buf_addc(to, ')');
		after_or = t.is_not && after_or;
		n++;
	}
	if (unwanted.len > 0)
		buf_addf(
		    out, "(%s) NOT (%s)", buf_str(&wanted), buf_str(&unwanted));
	else
		buf_adds(out, buf_str(&wanted));
	n = wanted.len > 0 && buf_status(&wanted) == AK_OK &&
	    buf_status(&unwanted) == AK_OK && buf_status(&term) == AK_OK &&
	    buf_status(out) == AK_OK;
	buf_release(&wanted);
	buf_release(&unwanted);
	buf_release(&term);
	tokens_free(tok);
	return n != 0;
}

bool
store_query_has_words(const char *query)
{
	struct buf match;
	bool has;

	buf_init(&match, 256 * LIMIT_QUERY_BYTES);
	has = search_query(query, &match);
	buf_release(&match);
	return has;
}
