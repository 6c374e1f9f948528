/* SPDX-License-Identifier: ISC */
/* In place of discovery and upkeep until they are there; then this goes. */
#include "parse/parse.h"
#include "store/store.h"

const char *__attribute__((weak))
parse_known_site(struct arena *a, const char *url)
{
	(void)a;
	(void)url;
	return NULL;
}

struct parse_link *__attribute__((weak))
parse_discover(struct arena *a, const char *bytes, size_t len,
    const char *content_type, const char *url, const char *const *link_headers)
{
	(void)a;
	(void)bytes;
	(void)len;
	(void)content_type;
	(void)url;
	(void)link_headers;
	return NULL;
}

enum ak_status __attribute__((weak))
store_stats(struct store_reader *r, struct store_stats *ret)
{
	(void)r;
	(void)ret;
	return AK_UNSUPPORTED;
}

enum ak_status __attribute__((weak))
store_reindex_search(struct store *s, store_progress_cb cb, void *arg)
{
	(void)s;
	(void)cb;
	(void)arg;
	return AK_UNSUPPORTED;
}

enum ak_status __attribute__((weak))
store_check(struct store_reader *r, store_text_cb cb, void *arg)
{
	(void)r;
	(void)cb;
	(void)arg;
	return AK_UNSUPPORTED;
}

enum ak_status __attribute__((weak)) store_backup(struct store_reader *r,
    const char *to, store_progress_cb cb, void *arg, struct diag *reterr)
{
	(void)r;
	(void)to;
	(void)cb;
	(void)arg;
	(void)reterr;
	return AK_UNSUPPORTED;
}

enum ak_status __attribute__((weak))
store_gc(struct store *s, int64_t now, int64_t keep_days, int64_t keep_items,
    int64_t keep_revisions, struct store_gc_result *ret)
{
	(void)s;
	(void)now;
	(void)keep_days;
	(void)keep_items;
	(void)keep_revisions;
	(void)ret;
	return AK_UNSUPPORTED;
}
