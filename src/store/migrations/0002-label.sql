-- SPDX-License-Identifier: ISC
-- What a reader calls an article, apart from the categories of feeds.  A label
-- is there as long as an article has it.
CREATE TABLE label (
	name TEXT NOT NULL,
	article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
	PRIMARY KEY (name, article)
) STRICT, WITHOUT ROWID;
CREATE INDEX label_article ON label (article);
