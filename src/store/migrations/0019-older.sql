-- SPDX-License-Identifier: ISC
-- RFC 5005.  Where the feed's own document says that older entries are; pages
-- that were read, and where each leads on; articles that a complete feed has no
-- more.
ALTER TABLE feed ADD COLUMN older_url TEXT;
CREATE TABLE older (
	feed INTEGER NOT NULL REFERENCES feed ON DELETE CASCADE,
	url TEXT NOT NULL,
	next TEXT,
	is_archive INTEGER NOT NULL,
	PRIMARY KEY (feed, url)
) STRICT, WITHOUT ROWID;
CREATE TABLE gone (
	article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
	feed INTEGER NOT NULL REFERENCES feed ON DELETE CASCADE,
	at INTEGER NOT NULL,
	PRIMARY KEY (article, feed)
) STRICT, WITHOUT ROWID;
CREATE INDEX gone_feed ON gone (feed);
