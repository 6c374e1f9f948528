/* SPDX-License-Identifier: ISC */
/*
 * unwanted.c - elements that never come out, and what is done with what they
 * hold: scripts and the like are passed over whole, of a picture in <svg> or a
 * formula in <math> the words stay, a frame becomes a link (frame.c), others
 * lose their tags alone.
 */
#include "clean/tree.h"

/* The alttext of a formula stands for it; else the text of its parts does. */
static void
start_foreign(struct tree *t, enum tag tag)
{
	const struct token *tok = &t->c->token;
	const struct token_attr *alt = clean_token_attr(tok, ATTR_ALTTEXT);

	if (alt != NULL && alt->len > 0 && clean_token_skip(&t->c->tok, tag))
		tree_add_text(t, alt->value, alt->len);
	else if (!tok->self_closing)
		t->foreign = tag;
}

bool
tree_foreign_tag(struct tree *t)
{
	const struct token *tok = &t->c->token;
	unsigned f = clean_tags[tok->tag].flags;
	const char *raw;
	size_t raw_len;

	if (tok->kind == TOKEN_END && tok->tag == t->foreign) {
		t->foreign = TAG_NONE;
		return true;
	}
	if ((f & F_BREAKOUT) != 0) {
		t->foreign = TAG_NONE;
		return false;
	}
	if (tok->kind == TOKEN_END || tok->self_closing ||
	    tok->tag == TAG_TITLE)
		return true;
	if ((f & F_RAW) != 0)
		(void)clean_token_raw(&t->c->tok, tok->tag, &raw, &raw_len);
	else if ((f & F_DROP) != 0)
		(void)clean_token_skip(&t->c->tok, tok->tag);
	return true;
}

bool
tree_unwanted(struct tree *t, enum tag tag)
{
	unsigned f = clean_tags[tag].flags;
	const struct token *tok = &t->c->token;
	const char *raw;
	size_t raw_len;

	if ((f & F_UNWRAP) != 0) {
		if (tag == TAG_NOSCRIPT)
			t->noscript++;
		if (t->c->is_page && (tag == TAG_BUTTON || tag == TAG_LABEL))
			(void)clean_token_skip(&t->c->tok, tag);
		return true;
	}
	if ((f & F_FOREIGN) != 0) {
		start_foreign(t, tag);
		return true;
	}
	if ((f & (F_DROP | F_RAW)) == 0)
		return false;
	if (tag == TAG_IFRAME)
		tree_add_frame(t);
	if (tok->self_closing && (f & F_RAW) != 0 &&
	    ((tag != TAG_SCRIPT && tag != TAG_STYLE) ||
		(tok->seen & (uint64_t)1 << ATTR_SRC) != 0))
		return true;
	if ((f & F_RAW) != 0)
		(void)clean_token_raw(&t->c->tok, tag, &raw, &raw_len);
	else
		(void)clean_token_skip(&t->c->tok, tag);
	return true;
}
