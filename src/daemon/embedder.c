/* SPDX-License-Identifier: ISC */
/*
 * The thread of embed.c: it owns the vectors of the window and a read-only
 * connection, and does with each step what it asks.
 */
#include "daemon/embed.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/chan.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/process.h"
#include "daemon/embed_int.h"

#define WANTED 4096 /* ids looked up at a time */

struct embedder {
	pthread_t thread;
	struct chan *inbox;
	struct mailbox *to_loop;
	char *path;

	struct store_reader *reader; /* NULL: not opened yet */
	struct vectors *vectors;     /* NULL: not loaded yet */
	int64_t model;		     /* of all this */
	int64_t *wanted;	     /* WANTED ids, the next one last */
	size_t n_wanted;
	int64_t above; /* what is not above has a vector, or had one */
};

/* --- steps ---------------------------------------------------------------- */

void
embed_step_free(struct embed_step *s)
{
	for (size_t i = 0; i < EMBED_BATCH; i++)
		free((void *)(uintptr_t)s->vectors[i].data);
	free(s->fused);
	free(s->request);
	free(s->answer);
	free(s);
}

void
embed_step_refused(struct embed_step *s)
{
	s->kind = EMBED_PUT; /* no vector has data yet */
}

enum ak_status
embed_step_store(struct embed_step *s, struct store *store)
{
	enum ak_status st = AK_OK;

	if (s->kind == EMBED_PUT)
		return store_vectors_put(store, s->vectors, s->n);
	for (size_t i = 0; i < s->n && st == AK_OK; i++) {
		const struct embed_fused *f = &s->fused[i];
		struct store_relations rel = {.article = f->article,
		    .edges = f->edges,
		    .n_edges = f->n_edges,
		    .keep = s->conf.keep};

		st = store_put_fused(store, &rel);
	}
	return st;
}

/* --- the window ----------------------------------------------------------- */

struct loading {
	struct embedder *t;
	const struct embed_conf *conf;
};

static struct vector_about
about_of(const struct store_vector *v)
{
	struct vector_about about = {
	    .id = v->article, .date = v->date, .is_dated = v->is_dated};

	(void)snprintf(about.lang, sizeof(about.lang), "%s", v->lang);
	return about;
}

static void
load_cb(const struct store_vector *v, void *arg)
{
	struct loading *l = arg;
	struct embedder *t = l->t;
	struct vector_about about = about_of(v);

	if (v->len == 0 || v->len > LIMIT_EMBEDDING_DIM)
		return;
	/* Another length under the same name: the endpoint's model changed. */
	if (t->vectors != NULL && vectors_dim(t->vectors) != v->len) {
		vectors_free(t->vectors);
		t->vectors = NULL;
	}
	if (t->vectors == NULL)
		t->vectors = vectors_new(v->len, (size_t)l->conf->window);
	vectors_put(t->vectors, &about, v->data);
}

/* Make the thread's state that of the step's model. */
static enum ak_status
prepare(struct embedder *t, const struct embed_conf *conf, struct diag *reterr)
{
	struct loading l = {t, conf};
	enum ak_status st;

	if (t->reader == NULL) {
		st = store_reader_open(t->path, &t->reader, reterr);
		if (st != AK_OK)
			return st;
		t->wanted = xcalloc(WANTED, sizeof(*t->wanted));
	} else if (t->model == conf->model) {
		return AK_OK;
	}
	vectors_free(t->vectors);
	t->vectors = NULL;
	t->n_wanted = 0;
	t->above = 0;
	st = store_vectors(t->reader, conf->model, conf->window, load_cb, &l);
	if (st != AK_OK)
		return diag_set(
		    reterr, st, "%s", store_reader_error(t->reader));
	t->model = conf->model;
	return AK_OK;
}

/* --- relate --------------------------------------------------------------- */

struct known {
	struct embedder *t;
	const struct vector_about *about;
	struct vector_known words[VECTORS_EDGES];
	struct store_parts parts[VECTORS_EDGES]; /* of these */
	size_t n_words;
	int64_t done[2 * VECTORS_EDGES]; /* the other side's embedding did */
	size_t n_done;
};

static void
known_cb(const struct store_relation *rel, void *arg)
{
	struct known *k = arg;
	const struct vector_about *other =
	    vectors_about(k->t->vectors, rel->article);

	if (rel->embedding > 0 && k->n_done < AK_COUNT(k->done))
		k->done[k->n_done++] = rel->article;
	if (rel->kind == RELATE_LISTED || rel->embedding > 0 || other == NULL ||
	    other->lang[0] == '\0' || k->about->lang[0] == '\0' ||
	    strcmp(other->lang, k->about->lang) == 0 ||
	    k->n_words == AK_COUNT(k->words))
		return;
	k->parts[k->n_words] = rel->parts;
	k->words[k->n_words++] = (struct vector_known){.id = rel->article,
	    .kind = (enum relate_kind)rel->kind,
	    .score = rel->score};
}

static bool
is_done(const struct known *k, int64_t id)
{
	for (size_t i = 0; i < k->n_done; i++)
		if (k->done[i] == id)
			return true;
	return false;
}

/* What words said of a pair stays known. */
static struct store_parts
parts_of(const struct known *k, int64_t id)
{
	for (size_t i = 0; i < k->n_words; i++)
		if (k->words[i].id == id)
			return k->parts[i];
	return (struct store_parts){0};
}

static enum ak_status
fuse_one(struct embedder *t, const struct vector_about *about, const int8_t *v,
    struct embed_fused *ret)
{
	struct known k = {.t = t, .about = about};
	struct vector_edge edges[VECTORS_EDGES];
	enum ak_status st;
	size_t n;

	st = store_related(t->reader, about->id, VECTORS_EDGES, known_cb, &k);
	if (st != AK_OK)
		return st;
	n = vectors_relate(t->vectors, about, v, k.words, k.n_words, edges);
	ret->article = about->id;
	ret->n_edges = 0;
	for (size_t i = 0; i < n; i++)
		if (!is_done(&k, edges[i].other))
			ret->edges[ret->n_edges++] =
			    (struct store_edge){.other = edges[i].other,
				.kind = (int)edges[i].kind,
				.score = edges[i].score,
				.embedding = edges[i].cosine,
				.parts = parts_of(&k, edges[i].other)};
	return AK_OK;
}

struct fusing {
	struct loading loading;
	struct vector_about abouts[EMBED_BATCH];
	int8_t *vectors[EMBED_BATCH];
	size_t lens[EMBED_BATCH];
	size_t n;
};

static void
unfused_cb(const struct store_vector *v, void *arg)
{
	struct fusing *f = arg;

	load_cb(v, &f->loading);
	f->abouts[f->n] = about_of(v);
	f->vectors[f->n] = xmalloc(v->len + 1);
	memcpy(f->vectors[f->n], v->data, v->len);
	f->lens[f->n++] = v->len;
}

/* Find the relations of articles whose vector is new; all of them are in the
 * window before the first is looked at. */
static enum ak_status
fuse(struct embedder *t, struct embed_step *s)
{
	struct fusing f = {.loading = {t, &s->conf}};
	enum ak_status st = store_vectors_unfused(
	    t->reader, t->model, EMBED_BATCH, unfused_cb, &f);

	s->fused = xcalloc(f.n, sizeof(*s->fused));
	s->n = f.n;
	for (size_t i = 0; i < f.n; i++) {
		s->fused[i].article = f.abouts[i].id;
		if (st == AK_OK && t->vectors != NULL &&
		    vectors_dim(t->vectors) == f.lens[i])
			st = fuse_one(
			    t, &f.abouts[i], f.vectors[i], &s->fused[i]);
		free(f.vectors[i]);
	}
	if (st == AK_OK && s->n > 0)
		s->kind = EMBED_FUSE;
	return st;
}

/* --- ask ------------------------------------------------------------------ */

static void
wanted_cb(int64_t article, void *arg)
{
	struct embedder *t = arg;

	t->wanted[t->n_wanted++] = article;
}

static enum ak_status
find_wanted(struct embedder *t, const struct embed_conf *conf)
{
	int64_t related = store_relate_watermark(t->reader);
	enum ak_status st;

	st = store_vectors_wanted(
	    t->reader, t->model, t->above, conf->window, WANTED, wanted_cb, t);
	for (size_t i = 0, n = t->n_wanted; i < n / 2; i++) {
		int64_t id = t->wanted[i];

		t->wanted[i] = t->wanted[n - 1 - i];
		t->wanted[n - 1 - i] = id;
	}
	if (st == AK_OK && t->n_wanted == 0)
		t->above = related;
	return st;
}

struct texts {
	struct embed_step *s;
	char *texts[EMBED_BATCH];
	struct store_vector empty[EMBED_BATCH];
	char empty_langs[EMBED_BATCH][3];
	size_t n, n_empty;
};

static void
text_cb(const struct store_vector_input *in, void *arg)
{
	struct texts *x = arg;
	struct embed_step *s = x->s;
	char *text = embed_text(in->title, in->text);
	struct store_vector v = {
	    .article = in->article, .model = s->conf.model};

	if (*text == '\0') {
		free(text);
		v.lang = "";
		x->empty[x->n_empty++] = v;
		return;
	}
	relate_features_language(
	    in->features, in->features_len, s->langs[x->n]);
	v.lang = s->langs[x->n];
	s->vectors[x->n] = v;
	x->texts[x->n++] = text;
}

/* A request of the next articles; those without words are put aside first. */
static enum ak_status
make_request(struct embedder *t, struct embed_step *s)
{
	struct texts x = {.s = s};
	enum ak_status st = AK_OK;

	if (t->n_wanted == 0)
		st = find_wanted(t, &s->conf);
	while (st == AK_OK && t->n_wanted > 0 && x.n < s->max &&
	       x.n_empty < EMBED_BATCH)
		st = store_vector_text(
		    t->reader, t->wanted[--t->n_wanted], text_cb, &x);
	s->kind = EMBED_NOTHING;
	if (x.n_empty > 0) {
		t->n_wanted = 0; /* the others are found again */
		memcpy(s->vectors, x.empty, sizeof(x.empty));
		s->kind = EMBED_PUT;
		s->n = x.n_empty;
	} else if (x.n > 0) {
		s->request = embed_request(s->conf.name, x.texts, x.n);
		s->kind = EMBED_ASK;
		s->n = x.n;
	}
	for (size_t i = 0; i < x.n; i++)
		free(x.texts[i]);
	return st;
}

static enum ak_status
read_answer(struct embed_step *s, struct diag *reterr)
{
	struct embed_answer a;
	enum ak_status st =
	    embed_read(s->answer, s->answer_len, s->n, &a, reterr);

	if (st != AK_OK)
		return st;
	for (size_t i = 0; i < s->n; i++) {
		int8_t *v = xmalloc(a.dim);

		if (vector_quantise(a.values + i * a.dim, a.dim, v)) {
			s->vectors[i].data = v;
			s->vectors[i].len = a.dim;
		} else {
			free(v);
		}
	}
	free(a.values);
	s->kind = EMBED_PUT;
	return AK_OK;
}

/* --- the thread ----------------------------------------------------------- */

static void
work(struct embedder *t, struct embed_step *s)
{
	enum ak_status st;

	if (s->kind == EMBED_READ) {
		st = read_answer(s, &s->diag);
	} else {
		st = prepare(t, &s->conf, &s->diag);
		if (st == AK_OK) {
			st = fuse(t, s);
			if (st == AK_OK && s->kind != EMBED_FUSE)
				st = make_request(t, s);
			if (st != AK_OK)
				(void)diag_set(&s->diag, st, "%s",
				    store_reader_error(t->reader));
		}
	}
	if (st != AK_OK) {
		s->kind = EMBED_FAILED;
		t->n_wanted = 0;
	}
	mailbox_post(t->to_loop, s);
}

static void *
embedder_main(void *arg)
{
	struct embedder *t = arg;
	struct embed_step *s;

	while ((s = chan_pop(t->inbox)) != NULL)
		work(t, s);
	return NULL;
}

struct embedder *
embedder_start(const char *path, struct mailbox *to_loop)
{
	struct embedder *t = xcalloc(1, sizeof(*t));

	t->path = xstrdup(path);
	t->to_loop = to_loop;
	t->inbox = chan_new(1); /* one step is under way at most */
	process_thread(&t->thread, embedder_main, t);
	return t;
}

void
embedder_push(struct embedder *t, struct embed_step *s)
{
	if (!chan_push(t->inbox, s))
		assert(!"the thread outlives its steps");
}

void
embedder_stop(struct embedder *t)
{
	if (t == NULL)
		return;
	chan_close(t->inbox);
	(void)pthread_join(t->thread, NULL);
}

void
embedder_free(struct embedder *t)
{
	if (t == NULL)
		return;
	vectors_free(t->vectors);
	store_reader_close(t->reader);
	chan_free(t->inbox);
	free(t->wanted);
	free(t->path);
	free(t);
}
