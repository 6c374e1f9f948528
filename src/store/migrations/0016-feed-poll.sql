-- SPDX-License-Identifier: ISC
-- What each poll changes, apart from what hardly any does: a poll that brought
-- nothing writes a row of sixty bytes, not one of sixty columns.
CREATE TABLE feed_poll (
	feed INTEGER PRIMARY KEY REFERENCES feed ON DELETE CASCADE,
	life INTEGER NOT NULL DEFAULT 0,
	last_poll_at INTEGER NOT NULL DEFAULT 0,
	last_ok_at INTEGER NOT NULL DEFAULT 0,
	rate_n REAL NOT NULL DEFAULT 0,
	rate_t_days REAL NOT NULL DEFAULT 0,
	last_outcome INTEGER NOT NULL DEFAULT 0,
	n_same_body INTEGER NOT NULL DEFAULT 0,
	due_at INTEGER NOT NULL DEFAULT 0,
	hint INTEGER NOT NULL DEFAULT 0,
	hint_s INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO feed_poll SELECT id, life, last_poll_at, last_ok_at, rate_n,
    rate_t_days, last_outcome, n_same_body, due_at, hint, hint_s FROM feed;
CREATE INDEX feed_poll_due ON feed_poll (due_at) WHERE life = 0;
DROP INDEX feed_due;
ALTER TABLE feed DROP COLUMN life;
ALTER TABLE feed DROP COLUMN last_poll_at;
ALTER TABLE feed DROP COLUMN last_ok_at;
ALTER TABLE feed DROP COLUMN rate_n;
ALTER TABLE feed DROP COLUMN rate_t_days;
ALTER TABLE feed DROP COLUMN last_outcome;
ALTER TABLE feed DROP COLUMN n_same_body;
ALTER TABLE feed DROP COLUMN due_at;
ALTER TABLE feed DROP COLUMN hint;
ALTER TABLE feed DROP COLUMN hint_s;
