-- SPDX-License-Identifier: ISC
-- The whole schema of a new store; docs/schema.md explains it.
-- Times are unix seconds, 0 for none; *_us microseconds; hashes XXH3, 64 bits.

CREATE TABLE meta (
	name TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('generation', 1), ('watermark', 0), ('search_gap', 0);

CREATE TABLE blob (
	name TEXT PRIMARY KEY,
	data BLOB NOT NULL
) STRICT;

CREATE TABLE category (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	path TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE feed (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	url TEXT NOT NULL,
	url_hash INTEGER NOT NULL UNIQUE,
	category INTEGER REFERENCES category ON DELETE SET NULL,
	added_at INTEGER NOT NULL,
	own_title TEXT,
	feed_title TEXT,
	home_page_url TEXT,
	description TEXT,
	language TEXT,
	icon TEXT,
	-- the user's options
	userinfo TEXT,
	bearer TEXT,
	proxy TEXT,
	headers TEXT,
	client_cert TEXT,
	client_key TEXT,
	full_text INTEGER NOT NULL DEFAULT 0,
	page_rules TEXT,
	-- struct sched_state
	life INTEGER NOT NULL DEFAULT 0,
	last_poll_at INTEGER NOT NULL DEFAULT 0,
	last_ok_at INTEGER NOT NULL DEFAULT 0,
	last_new_at INTEGER NOT NULL DEFAULT 0,
	rate_n REAL NOT NULL DEFAULT 0,
	rate_t_days REAL NOT NULL DEFAULT 0,
	n_errors INTEGER NOT NULL DEFAULT 0,
	first_error_at INTEGER NOT NULL DEFAULT 0,
	last_outcome INTEGER NOT NULL DEFAULT 0,
	first_gone_at INTEGER NOT NULL DEFAULT 0,
	n_same_body INTEGER NOT NULL DEFAULT 0,
	penalty INTEGER NOT NULL DEFAULT 0,
	last_429_at INTEGER NOT NULL DEFAULT 0,
	interval_s INTEGER NOT NULL DEFAULT 0,
	ignore_hints INTEGER NOT NULL DEFAULT 0,
	ttl_s INTEGER NOT NULL DEFAULT 0,
	sy_s INTEGER NOT NULL DEFAULT 0,
	skip_hours INTEGER NOT NULL DEFAULT 0,
	skip_days INTEGER NOT NULL DEFAULT 0,
	due_at INTEGER NOT NULL DEFAULT 0,
	hint INTEGER NOT NULL DEFAULT 0,
	hint_s INTEGER NOT NULL DEFAULT 0,
	-- validators, one opaque pair, and the last body
	etag TEXT,
	last_modified TEXT,
	validators_url TEXT,
	body_hash INTEGER NOT NULL DEFAULT 0,
	error TEXT,
	-- permanent redirects seen
	moved_to TEXT,
	n_moved INTEGER NOT NULL DEFAULT 0,
	moved_since INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX feed_due ON feed (due_at) WHERE life = 0;
CREATE INDEX feed_category ON feed (category) WHERE category IS NOT NULL;

-- Addresses that a feed had before it moved or took another one in.
CREATE TABLE feed_alias (
	url_hash INTEGER PRIMARY KEY,
	url TEXT NOT NULL,
	feed INTEGER NOT NULL REFERENCES feed ON DELETE CASCADE
) STRICT;
CREATE INDEX feed_alias_feed ON feed_alias (feed);

-- Small columns first: lists never touch the pages of the long ones.  `feed`
-- and `owner` (whose text it is) may name a feed that is gone only as NULL.
CREATE TABLE article (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	feed INTEGER,
	owner INTEGER,
	authority INTEGER NOT NULL,
	sort INTEGER NOT NULL,
	published INTEGER NOT NULL,
	modified INTEGER NOT NULL,
	arrived_us INTEGER NOT NULL,
	revised_at INTEGER NOT NULL DEFAULT 0,
	n_revisions INTEGER NOT NULL DEFAULT 0,
	thread INTEGER,
	url_hash INTEGER,
	guid_hash INTEGER,
	title_hash INTEGER,
	hash INTEGER NOT NULL,
	guid TEXT,
	url TEXT,
	external_url TEXT,
	comments_url TEXT,
	image TEXT,
	language TEXT,
	author TEXT,
	title TEXT,
	tags TEXT,
	attachments TEXT,
	extra TEXT,
	summary TEXT,
	text TEXT,
	content_html TEXT
) STRICT;
CREATE INDEX article_sort ON article (sort, id);
CREATE INDEX article_url ON article (url_hash) WHERE url_hash IS NOT NULL;
CREATE INDEX article_guid ON article (guid_hash) WHERE guid_hash IS NOT NULL;
CREATE INDEX article_title ON article (title_hash)
    WHERE title_hash IS NOT NULL;
CREATE INDEX article_thread ON article (thread) WHERE thread IS NOT NULL;

-- `article` NULL: removed, by retention or by hand; it does not come back.
CREATE TABLE entry (
	feed INTEGER NOT NULL REFERENCES feed ON DELETE CASCADE,
	key INTEGER NOT NULL,
	detail INTEGER NOT NULL,
	hash INTEGER NOT NULL,
	article INTEGER REFERENCES article ON DELETE SET NULL,
	PRIMARY KEY (feed, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_article ON entry (article, feed);

-- Keys (of URL or guid) under which a removed article may not arrive anew.
CREATE TABLE tombstone (
	key INTEGER PRIMARY KEY,
	at INTEGER NOT NULL
) STRICT;

-- Forms that an article had; the current one is in its own row.
CREATE TABLE revision (
	article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
	n INTEGER NOT NULL,
	at INTEGER NOT NULL,
	hash INTEGER NOT NULL,
	title TEXT,
	summary TEXT,
	text TEXT,
	content_html TEXT,
	PRIMARY KEY (article, n)
) STRICT;

CREATE TABLE reader (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO reader (id, name) VALUES (1, 'default');

-- What a reader has not read or has starred; no row: read, no star.
CREATE TABLE reader_state (
	reader INTEGER NOT NULL REFERENCES reader ON DELETE CASCADE,
	article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
	sort INTEGER NOT NULL,
	is_unread INTEGER NOT NULL,
	is_starred INTEGER NOT NULL,
	changed_at INTEGER NOT NULL,
	PRIMARY KEY (article, reader)
) STRICT, WITHOUT ROWID;
CREATE INDEX state_unread ON reader_state (reader, sort, article)
    WHERE is_unread = 1;
CREATE INDEX state_starred ON reader_state (reader, sort, article)
    WHERE is_starred = 1;

-- The relater's digest of an article.
CREATE TABLE feature (
	article INTEGER PRIMARY KEY REFERENCES article ON DELETE CASCADE,
	data BLOB NOT NULL
) STRICT;

-- A pair once, a < b.  Score in 1/10000.  in_a: it is on a's list of the best.
CREATE TABLE relation (
	a INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
	b INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
	kind INTEGER NOT NULL,
	score INTEGER NOT NULL,
	in_a INTEGER NOT NULL,
	in_b INTEGER NOT NULL,
	PRIMARY KEY (a, b),
	CHECK (a < b)
) STRICT, WITHOUT ROWID;
CREATE INDEX relation_a ON relation (a, in_a, score);
CREATE INDEX relation_b ON relation (b, in_b, score);

CREATE TABLE wrong_pair (
	a INTEGER NOT NULL,
	b INTEGER NOT NULL,
	PRIMARY KEY (a, b)
) STRICT, WITHOUT ROWID;

-- The publisher's own list under an article, and what was found of it.
CREATE TABLE listed (
	article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
	rank INTEGER NOT NULL,
	target INTEGER REFERENCES article ON DELETE SET NULL,
	url_hash INTEGER,
	title_hash INTEGER,
	form TEXT,
	url TEXT,
	title TEXT,
	PRIMARY KEY (article, rank)
) STRICT, WITHOUT ROWID;
CREATE INDEX listed_target ON listed (target) WHERE target IS NOT NULL;
CREATE INDEX listed_url ON listed (url_hash)
    WHERE target IS NULL AND url_hash IS NOT NULL;
CREATE INDEX listed_title ON listed (title_hash)
    WHERE target IS NULL AND title_hash IS NOT NULL;

-- A story; its id is that of the article that first named it.
CREATE TABLE thread (
	id INTEGER PRIMARY KEY,
	lead INTEGER,
	n_articles INTEGER NOT NULL,
	first_at INTEGER NOT NULL,
	last_at INTEGER NOT NULL
) STRICT;
CREATE INDEX thread_last ON thread (last_at, id);
CREATE TABLE thread_merge (
	old INTEGER PRIMARY KEY,
	new INTEGER NOT NULL
) STRICT;
CREATE INDEX thread_merge_new ON thread_merge (new);

-- Bounded: the newest LIMIT_POLLS_KEPT rows.
CREATE TABLE poll (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	feed INTEGER NOT NULL REFERENCES feed ON DELETE CASCADE,
	at INTEGER NOT NULL,
	outcome INTEGER NOT NULL,
	status INTEGER NOT NULL,
	wire_bytes INTEGER NOT NULL,
	body_bytes INTEGER NOT NULL,
	elapsed_ms INTEGER NOT NULL,
	n_new INTEGER NOT NULL,
	was_conditional INTEGER NOT NULL,
	host TEXT,
	error TEXT
) STRICT;
CREATE INDEX poll_feed ON poll (feed);

CREATE TABLE token (
	name TEXT PRIMARY KEY,
	digest BLOB NOT NULL,
	fever_digest BLOB NOT NULL,
	scope TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	last_used_at INTEGER NOT NULL DEFAULT 0,
	expires_at INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE websub (
	feed INTEGER PRIMARY KEY REFERENCES feed ON DELETE CASCADE,
	hub TEXT NOT NULL,
	topic TEXT NOT NULL,
	callback TEXT NOT NULL UNIQUE,
	secret BLOB NOT NULL,
	state INTEGER NOT NULL,
	asked_at INTEGER NOT NULL,
	lease_until INTEGER NOT NULL,
	last_push_at INTEGER NOT NULL,
	error TEXT
) STRICT;

-- Hook deliveries that are not done yet.
CREATE TABLE outbox (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	hook TEXT NOT NULL,
	event TEXT NOT NULL,
	payload TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	due_at INTEGER NOT NULL,
	n_tries INTEGER NOT NULL DEFAULT 0,
	error TEXT
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at);

-- Full text: the index only; words are made from the article when needed.
CREATE VIEW article_words (id, title, text) AS
    SELECT id, title, akin_text(text, content_html, summary) FROM article;
CREATE VIRTUAL TABLE search USING fts5 (
	title, text,
	content = 'article_words', content_rowid = 'id', tokenize = 'akin'
);
INSERT INTO search (search, rank) VALUES ('rank', 'bm25(8.0, 1.0)');
