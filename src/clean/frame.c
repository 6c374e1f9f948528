/* SPDX-License-Identifier: ISC */
/*
 * Frames of hosts that are known to show a video or play a sound.  By default
 * a frame becomes a link to the page it comes from, with its thumbnail where
 * the address gives one, so that nobody is asked before the reader clicks.
 */
#include "clean/clean_int.h"

#include <string.h>

#include "base/url.h"

struct frame {
	const char *src;   /* to show in a sandbox, https */
	const char *link;  /* to watch it at its host */
	const char *thumb; /* or NULL */
	const char *name;  /* of the host */
};

static const struct host {
	const char *host;
	const char *before; /* what precedes the video's id in the address */
	const char *link;   /* with the id for %s; NULL: the frame itself */
	const char *thumb;
	const char *src; /* a form that tells less about the reader */
	const char *name;
} hosts[] = {
    {"www.youtube.com", "/embed/", "https://www.youtube.com/watch?v=%s",
	"https://i.ytimg.com/vi/%s/hqdefault.jpg",
	"https://www.youtube-nocookie.com/embed/%s", "YouTube"},
    {"www.youtube-nocookie.com", "/embed/",
	"https://www.youtube.com/watch?v=%s",
	"https://i.ytimg.com/vi/%s/hqdefault.jpg",
	"https://www.youtube-nocookie.com/embed/%s", "YouTube"},
    {"player.vimeo.com", "/video/", "https://vimeo.com/%s", NULL, NULL,
	"Vimeo"},
    {"www.dailymotion.com", "/embed/video/",
	"https://www.dailymotion.com/video/%s",
	"https://www.dailymotion.com/thumbnail/video/%s", NULL, "Dailymotion"},
    {"geo.dailymotion.com", "video=", "https://www.dailymotion.com/video/%s",
	"https://www.dailymotion.com/thumbnail/video/%s", NULL, "Dailymotion"},
    {"player.twitch.tv", "video=", "https://www.twitch.tv/videos/%s", NULL,
	NULL, "Twitch"},
    {"clips.twitch.tv", "clip=", "https://clips.twitch.tv/%s", NULL, NULL,
	"Twitch"},
    {"w.soundcloud.com", NULL, NULL, NULL, NULL, "SoundCloud"},
    {"open.spotify.com", NULL, NULL, NULL, NULL, "Spotify"},
    {"embed.podcasts.apple.com", NULL, NULL, NULL, NULL, "Apple Podcasts"},
    {"bandcamp.com", NULL, NULL, NULL, NULL, "Bandcamp"},
    {"archive.org", "/embed/", "https://archive.org/details/%s", NULL, NULL,
	"Internet Archive"},
    {"media.ccc.de", NULL, NULL, NULL, NULL, "media.ccc.de"},
    {"player.bilibili.com", "bvid=", "https://www.bilibili.com/video/%s", NULL,
	NULL, "Bilibili"},
    {"embed.nicovideo.jp", "/watch/", "https://www.nicovideo.jp/watch/%s", NULL,
	NULL, "Niconico"},
    {"rutube.ru", "/play/embed/", "https://rutube.ru/video/%s/", NULL, NULL,
	"Rutube"},
    {"framatube.org", "/videos/embed/", "https://framatube.org/w/%s", NULL,
	NULL, "Framatube"},
};

static bool
is_id(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
	       c == '_' || c == '-';
}

/* Write `format` with its one %s filled in; NULL stays NULL. */
static const char *
fill(struct arena *a, const char *format, const char *id, size_t len)
{
	const char *hole;

	if (format == NULL || (hole = strstr(format, "%s")) == NULL)
		return NULL;
	return arena_printf(a, "%.*s%.*s%s", (int)(hole - format), format,
	    (int)len, id, hole + 2);
}

/* Is `url` (absolute) a frame of a known video host? */
static bool
is_known(struct arena *a, const char *url, struct frame *ret)
{
	const char *host = url_host(a, url), *id;
	const struct host *h = NULL;
	size_t len = 0;

	for (size_t i = 0; host != NULL && h == NULL && i < AK_COUNT(hosts);
	     i++)
		if (strcmp(hosts[i].host, host) == 0)
			h = &hosts[i];
	if (h == NULL)
		return false;
	*ret = (struct frame){.name = h->name};
	ret->src = ascii_istarts(url, "https:")
		       ? url
		       : arena_printf(a, "https:%s", strchr(url, '/'));
	ret->link = ret->src;
	if (h->before == NULL || (id = strstr(url, h->before)) == NULL)
		return ret->src != NULL;
	id += strlen(h->before);
	while (len < 64 && is_id(id[len]))
		len++;
	if (len > 0 && strncmp(id, "videoseries", len) != 0) {
		ret->link = fill(a, h->link, id, len);
		ret->thumb = fill(a, h->thumb, id, len);
		if (h->src != NULL)
			ret->src = fill(a, h->src, id, len);
	}
	return ret->src != NULL && ret->link != NULL;
}

static bool
find_frame(struct cleaner *c, struct frame *ret)
{
	static const enum attr from[] = {
	    ATTR_SRC, ATTR_DATA_SRC, ATTR_DATA_LAZY_SRC};

	for (size_t i = 0; i < AK_COUNT(from); i++) {
		const struct token_attr *a =
		    clean_token_attr(&c->token, from[i]);
		const char *url;

		if (a != NULL &&
		    (url = clean_url(c, a->value, a->len, FORM_URL)) != NULL &&
		    is_known(c->scratch, url, ret))
			return true;
	}
	return false;
}

/* What the frame shows in words: its title, else the host's name. */
static struct node *
caption(struct cleaner *c, const char *name)
{
	const struct token_attr *a = clean_token_attr(&c->token, ATTR_TITLE);
	struct node *n = clean_node(c, TAG_NONE);

	if (n == NULL)
		return NULL;
	n->s = a != NULL && a->len > 0 ? a->value : name;
	n->len =
	    a != NULL && a->len > 0 ? (uint32_t)a->len : (uint32_t)strlen(name);
	return n;
}

static struct node *
frame(struct cleaner *c, const struct frame *f)
{
	static const enum attr keep[] = {ATTR_WIDTH, ATTR_HEIGHT, ATTR_TITLE};
	struct node *n = clean_node(c, TAG_IFRAME);

	if (n == NULL)
		return NULL;
	buf_clear(&c->tag);
	buf_adds(&c->tag, "<iframe");
	clean_put_attr(c, "src", f->src, strlen(f->src));
	for (size_t i = 0; i < AK_COUNT(keep); i++) {
		const struct token_attr *a =
		    clean_token_attr(&c->token, keep[i]);

		if (a != NULL)
			clean_put_plain(c, n, a);
	}
	buf_adds(&c->tag,
	    " sandbox=\"allow-scripts allow-same-origin allow-popups "
	    "allow-presentation\" loading=\"lazy\" allowfullscreen=\"\"");
	return clean_set_tag(c, n) ? n : NULL;
}

struct node *
clean_frame_node(struct cleaner *c, struct node **ret_child)
{
	struct frame f;
	struct node *n, *child;

	if (!find_frame(c, &f))
		return NULL;
	*ret_child = NULL;
	if (c->opts->keep_frames)
		return frame(c, &f);
	if (c->opts->strip_params)
		f.link = url_strip_tracking(c->scratch, f.link);
	if ((n = clean_node(c, TAG_A)) == NULL)
		return NULL;
	if (f.thumb == NULL) {
		child = caption(c, f.name);
	} else if ((child = clean_node(c, TAG_IMG)) != NULL) {
		const struct token_attr *a =
		    clean_token_attr(&c->token, ATTR_TITLE);

		buf_clear(&c->tag);
		buf_adds(&c->tag, "<img");
		clean_put_attr(c, "src", f.thumb, strlen(f.thumb));
		child->url = f.thumb;
		if (a != NULL)
			clean_decode(c, a->value, a->len);
		clean_put_attr(c, "alt", a != NULL ? c->value.data : f.name,
		    a != NULL ? c->value.len : strlen(f.name));
		if (!clean_set_tag(c, child))
			return NULL;
	}
	buf_clear(&c->tag);
	buf_adds(&c->tag, "<a");
	clean_put_attr(c, "href", f.link, strlen(f.link));
	n->url = f.link;
	*ret_child = child;
	return child != NULL && clean_set_tag(c, n) ? n : NULL;
}
