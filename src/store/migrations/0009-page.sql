-- SPDX-License-Identifier: ISC
-- Pages of articles that are to be read, until they are or never will be.
CREATE TABLE page (
	article INTEGER PRIMARY KEY REFERENCES article ON DELETE CASCADE,
	feed INTEGER NOT NULL REFERENCES feed ON DELETE CASCADE,
	due_at INTEGER NOT NULL,
	n_tries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX page_feed ON page (feed, article);
