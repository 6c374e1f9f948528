-- SPDX-License-Identifier: ISC
-- The log of polls is only appended to: no index, whose every page each round
-- of polls would change, no list of feeds to look in, no number to keep.
CREATE TABLE poll_new (
	id INTEGER PRIMARY KEY,
	feed INTEGER NOT NULL,
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
INSERT INTO poll_new SELECT id, feed, at, outcome, status, wire_bytes,
    body_bytes, elapsed_ms, n_new, was_conditional, host, error FROM poll;
DROP TABLE poll;
ALTER TABLE poll_new RENAME TO poll;
