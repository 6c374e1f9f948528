/* SPDX-License-Identifier: ISC */
/*
 * Names of elements and attributes.  Both tables are sorted by name, so the
 * first letter leaves a handful of candidates.
 */
#include "clean/clean_int.h"

#include <string.h>

#define A(id) ((uint64_t)1 << ATTR_##id)
#define GLOBAL (A(LANG) | A(DIR) | A(TITLE) | A(ID))

const struct tag_info clean_tags[TAG_COUNT] = {
    [TAG_NONE] = {"", "", 0, F_UNWRAP, 0},
#define TAG(id, name, flags, attrs)                                            \
	[TAG_##id] = {                                                         \
	    name, "<" name ">", sizeof(name) - 1, flags, (attrs) | GLOBAL},
#include "clean/tags.def"
#undef TAG
};

const struct attr_info clean_attrs[ATTR_COUNT] = {
    [ATTR_NONE] = {"", 0, FORM_READ},
#define ATTR(id, name, form) [ATTR_##id] = {name, sizeof(name) - 1, form},
#include "clean/attrs.def"
#undef ATTR
};

_Static_assert(ATTR_COUNT <= 64, "a token's attributes are one word");

/* First entry of each letter, a to z, and the end. */
static const uint8_t tag_from[27] = {TAG_A, TAG_B, TAG_CAPTION, TAG_DATA,
    TAG_EM, TAG_FIGCAPTION, TAG_H1, TAG_H1, TAG_I, TAG_KBD, TAG_KBD, TAG_LABEL,
    TAG_MAIN, TAG_NAV, TAG_OBJECT, TAG_P, TAG_Q, TAG_RB, TAG_S, TAG_TABLE,
    TAG_U, TAG_VAR, TAG_WBR, TAG_XMP, TAG_COUNT, TAG_COUNT, TAG_COUNT};

static const uint8_t attr_from[27] = {ATTR_ABBR, ATTR_CITE, ATTR_CITE,
    ATTR_DATA_ACTUALSRC, ATTR_HEADERS, ATTR_HEADERS, ATTR_HEADERS, ATTR_HEADERS,
    ATTR_ID, ATTR_KIND, ATTR_KIND, ATTR_LABEL, ATTR_MEDIA, ATTR_NAME, ATTR_OPEN,
    ATTR_PLAYSINLINE, ATTR_REL, ATTR_REL, ATTR_SCOPE, ATTR_TITLE, ATTR_VALIGN,
    ATTR_VALIGN, ATTR_WIDTH, ATTR_XML_LANG, ATTR_COUNT, ATTR_COUNT, ATTR_COUNT};

/* Elements that are others under another name. */
static enum tag
find_alias(const char *low)
{
	static const struct {
		char name[16];
		enum tag tag;
	} aliases[] = {{"amp-audio", TAG_AUDIO}, {"amp-iframe", TAG_IFRAME},
	    {"amp-img", TAG_IMG}, {"amp-video", TAG_VIDEO}, {"image", TAG_IMG},
	    {"listing", TAG_PRE}, {"menu", TAG_UL}};

	for (size_t i = 0; i < AK_COUNT(aliases); i++)
		if (strcmp(aliases[i].name, low) == 0)
			return aliases[i].tag;
	return TAG_NONE;
}

enum tag
clean_tag_find(const char *name, size_t len)
{
	char low[16] = {0};
	unsigned first;

	if (len == 0 || len >= sizeof(low))
		return TAG_NONE;
	for (size_t i = 0; i < len; i++)
		low[i] = (char)ascii_lower((unsigned char)name[i]);
	first = (unsigned)((unsigned char)low[0] - 'a');
	if (first > 25)
		return TAG_NONE;
	for (unsigned i = tag_from[first]; i < tag_from[first + 1]; i++)
		if (memcmp(clean_tags[i].name, low, sizeof(low)) == 0)
			return (enum tag)i;
	return find_alias(low);
}

enum attr
clean_attr_find(const char *name, size_t len)
{
	char low[24] = {0};
	unsigned first;

	if (len == 0 || len >= sizeof(low))
		return ATTR_NONE;
	first = (unsigned)(ascii_lower((unsigned char)name[0]) - 'a');
	if (first > 25 || attr_from[first] == attr_from[first + 1])
		return ATTR_NONE;
	for (size_t i = 0; i < len; i++)
		low[i] = (char)ascii_lower((unsigned char)name[i]);
	for (unsigned i = attr_from[first]; i < attr_from[first + 1]; i++)
		if (clean_attrs[i].len == len &&
		    memcmp(clean_attrs[i].name, low, len) == 0)
			return (enum attr)i;
	return ATTR_NONE;
}
