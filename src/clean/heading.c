/* SPDX-License-Identifier: ISC */
/* What is written above lists of related articles, in many languages. */
#include "clean/related.h"

#include <string.h>
#include <unicode/uchar.h>

#include "base/utf8.h"

#define PREFIX 4 /* bytes that are looked up first */
#define MAX_FOLDED 160

static const struct {
	const char *words;
	enum heading strength;
} headings[] = {
#define SURE HEADING_SURE
#define LIST HEADING_LIST
#define MAYBE HEADING_MAYBE
#define HEADING(words, strength) {words, strength},
#include "clean/headings.def"
#undef HEADING
#undef SURE
#undef LIST
#undef MAYBE
};

/* Punctuation, symbols, spaces: what decorates a heading. */
static bool
is_decoration(uint32_t cp)
{
	if (cp < 0x80)
		return !u_isalnum((UChar32)cp);
	if (cp >= 0x4E00 && cp <= 0x9FFF)
		return false;
	return (U_GET_GC_MASK((UChar32)cp) &
		   (U_GC_P_MASK | U_GC_S_MASK | U_GC_Z_MASK | U_GC_C_MASK)) !=
		   0 ||
	       (cp >= 0xFE00 && cp <= 0xFE0F);
}

static size_t
skip_decoration(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len) {
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);

		if (!is_decoration(cp))
			break;
		i += n;
	}
	return i;
}

/* The length without the decoration at the end. */
static size_t
trim_end(const char *s, size_t len)
{
	while (len > 0) {
		size_t i = len - 1;
		uint32_t cp;

		while (i > 0 && ((unsigned char)s[i] & 0xC0) == 0x80)
			i--;
		(void)utf8_decode(s + i, len - i, &cp);
		if (!is_decoration(cp))
			break;
		len = i;
	}
	return len;
}

static uint32_t
fold(uint32_t cp)
{
	if (cp == 0x2019 || cp == 0x2BC)
		return '\'';
	if (cp == 0xA0 || cp == 0x3000)
		return ' ';
	if (cp == 0x130)
		return 'i'; /* the Turkish capital */
	if (cp < 0x80)
		return ascii_lower((unsigned char)cp);
	return (uint32_t)u_foldCase((UChar32)cp, U_FOLD_CASE_DEFAULT);
}

/* Fold up to `size` bytes of s into out; returns how many. */
static size_t
fold_into(char *out, size_t size, const char *s, size_t len)
{
	size_t n = 0, i = 0;

	while (i < len && n + 4 <= size) {
		uint32_t cp;

		if ((unsigned char)s[i] < 0x80) {
			out[n++] = (char)ascii_lower((unsigned char)s[i++]);
			continue;
		}
		i += utf8_decode(s + i, len - i, &cp);
		n += utf8_encode(fold(cp), out + n);
	}
	return n;
}

static int
compare_prefix(const char *words, const char *folded, size_t len)
{
	return strncmp(words, folded, len < PREFIX ? len : PREFIX);
}

/* First heading whose prefix is not below that of `folded`. */
static size_t
lower_bound(const char *folded, size_t len)
{
	size_t lo = 0, hi = AK_COUNT(headings);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (compare_prefix(headings[mid].words, folded, len) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* What may follow a heading without making it a sentence. */
static bool
is_addition(const char *s, size_t len)
{
	static const char *const additions[] = {"はこちら", "はこちらから",
	    "はコチラ", "一覧", "リスト", "を読む", "をもっと見る",
	    "もチェック", "もどうぞ", "をチェック", "pr", "pick up",
	    "ピックアップ", "how", "列表", "はこちらです", "もおすすめ",
	    "も読む", "보기", "목록", "はありません", "down below", "below",
	    "here", "on this site"};
	char folded[MAX_FOLDED];
	size_t skip = skip_decoration(s, len), n;

	s += skip;
	len -= skip;
	n = fold_into(folded, sizeof(folded), s, len);
	n = trim_end(folded, n);
	if (n == 0)
		return true;
	for (size_t i = 0; i < AK_COUNT(additions); i++)
		if (strlen(additions[i]) == n &&
		    memcmp(additions[i], folded, n) == 0)
			return true;
	/* "Related articles from the archive", "More on this topic by us" */
	return n < 60 && (strncmp(folded, "from ", 5) == 0 ||
			     strncmp(folded, "by ", 3) == 0 ||
			     strncmp(folded, "on ", 3) == 0 ||
			     strncmp(folded, "about ", 6) == 0 ||
			     strncmp(folded, "aus ", 4) == 0 ||
			     strncmp(folded, "von ", 4) == 0);
}

/* Bytes of `s` that `n` bytes of its folded form stand for. */
static size_t
unfolded_len(const char *s, size_t len, const char *folded, size_t n)
{
	size_t i = 0, k = 0;

	while (k < n && i < len) {
		uint32_t cp;

		k += utf8_decode(folded + k, n - k, &cp);
		i += utf8_decode(s + i, len - i, &cp);
	}
	return i;
}

/* A letter right behind a word goes on with it; Han and Kana have no words. */
static bool
ends_word(const char *words, size_t n, const char *folded, size_t len)
{
	uint32_t last = (unsigned char)words[n - 1], next;

	if (n >= len)
		return true;
	(void)utf8_decode(folded + n, len - n, &next);
	if (last >= 0x80 && n >= 3 && (unsigned char)words[n - 3] >= 0xE3)
		return true;
	return !u_isalnum((UChar32)next);
}

enum heading
clean_heading_find(const char *s, size_t len, size_t *ret_end, bool *ret_alone)
{
	char folded[MAX_FOLDED];
	size_t skip = skip_decoration(s, len), n, best = 0, end;
	enum heading strength = HEADING_NONE;

	n = fold_into(folded, sizeof(folded), s + skip, len - skip);
	if (n < PREFIX)
		return HEADING_NONE;
	for (size_t i = lower_bound(folded, n);
	     i < AK_COUNT(headings) &&
	     compare_prefix(headings[i].words, folded, n) == 0;
	     i++) {
		size_t k = strlen(headings[i].words);

		if (k > n || k <= best ||
		    memcmp(headings[i].words, folded, k) != 0 ||
		    !ends_word(headings[i].words, k, folded, n))
			continue;
		best = k;
		strength = headings[i].strength;
	}
	if (best == 0)
		return HEADING_NONE;
	end = skip + unfolded_len(s + skip, len - skip, folded, best);
	*ret_alone = is_addition(s + end, len - end);
	*ret_end = end + skip_decoration(s + end, len - end);
	return strength;
}

/* --- a quick look ------------------------------------------------------- */

static unsigned
sieve_bit(const char *folded)
{
	uint32_t w;

	memcpy(&w, folded, PREFIX);
	return (w * UINT32_C(0x9E3779B1)) >> 20;
}

void
clean_heading_sieve(struct heading_sieve *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < AK_COUNT(headings); i++) {
		unsigned bit = sieve_bit(headings[i].words);

		ret->bits[bit / 64] |= UINT64_C(1) << bit % 64;
	}
}

bool
clean_heading_begins(
    const struct heading_sieve *sieve, const char *s, size_t len)
{
	char folded[16];
	size_t skip = skip_decoration(s, len < 64 ? len : 64), n;
	unsigned bit;
	bool alone;

	n = len - skip < 8 ? len - skip : 8;
	if (fold_into(folded, sizeof(folded), s + skip, n) < PREFIX)
		return false;
	bit = sieve_bit(folded);
	return (sieve->bits[bit / 64] >> bit % 64 & 1) != 0 &&
	       clean_heading_find(s, len, &n, &alone) != HEADING_NONE;
}

/* --- adverts ------------------------------------------------------------ */

static bool
is_boundary(const char *s, size_t len, size_t at, bool before)
{
	uint32_t cp;

	if (before) {
		if (at == 0)
			return true;
		return (unsigned char)s[at - 1] < 0x80
			   ? !u_isalnum((unsigned char)s[at - 1])
			   : true;
	}
	if (at >= len)
		return true;
	(void)utf8_decode(s + at, len - at, &cp);
	return cp >= 0x80 ? true : !u_isalnum((UChar32)cp);
}

bool
clean_is_advert(const char *s, size_t len)
{
	/* Marks that stand at one end of a title, with a bracket or alone. */
	static const char *const marks[] = {"pr", "ad", "ads", "advertisement",
	    "advertorial", "sponsored", "promoted", "promotion", "paid post",
	    "sponsored content", "partner content", "anzeige", "werbung",
	    "gesponsert", "advertentie", "publicité", "sponsorisé",
	    "contenu sponsorisé", "publicidad", "patrocinado",
	    "contenido patrocinado", "pubblicità", "sponsorizzato",
	    "publicidade", "conteúdo patrocinado", "реклама",
	    "на правах рекламы", "партнерский материал", "reklama",
	    "artykuł sponsorowany", "materiał sponsorowany", "annons",
	    "annonce", "annonse", "mainos", "reklam", "広告", "スポンサー",
	    "スポンサード", "スポンサーリンク", "タイアップ", "推广", "广告",
	    "推廣", "廣告", "赞助", "贊助", "광고", "협찬", "إعلان",
	    "quảng cáo", "iklan"};
	char folded[MAX_FOLDED];
	size_t n = fold_into(folded, sizeof(folded), s, len), from, to;

	from = skip_decoration(folded, n);
	to = trim_end(folded, n);
	/* The analyzer takes for unset what fold_into() has set.
	 * NOLINTBEGIN(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	for (size_t i = 0; i < AK_COUNT(marks); i++) {
		size_t k = strlen(marks[i]);
		bool opened = from > 0 && folded[from - 1] != ' ';

		if (n - from < k)
			continue;
		/* "【PR】...", "PR: ..." and "PR" but not "PR firm ..." */
		if (memcmp(folded + from, marks[i], k) == 0 &&
		    is_boundary(folded, n, from + k, false)) {
			size_t gap =
			    skip_decoration(folded + from + k, n - from - k);

			if (from + k + gap >= n || (opened && gap > 0) ||
			    (gap > 0 && folded[from + k] != ' ' &&
				folded[from + k] != '-'))
				return true;
		}
		/* "... [PR]", "...（広告）" */
		if (to >= k && to < n &&
		    memcmp(folded + to - k, marks[i], k) == 0 && to > k &&
		    is_boundary(folded, n, to - k, true) &&
		    folded[to - k - 1] != ' ')
			return true;
	}
	/* NOLINTEND(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	return false;
}

size_t
clean_weight(const char *s, size_t len)
{
	size_t weight = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0xE0)
			weight += 2;
		else if ((c >= '0' && c <= '9') ||
			 ((c | 32) >= 'a' && (c | 32) <= 'z') || c >= 0xC2)
			weight++;
	}
	return weight;
}
