-- SPDX-License-Identifier: ISC
-- A subscription outlives its feed: the hub is asked to stop, and told so for
-- a month where it does not.  The old table never had a row.
DROP TABLE websub;
CREATE TABLE websub (
	-- Not a reference.  A feed's id is never given out again.
	feed INTEGER PRIMARY KEY,
	-- Nobody has taken it up yet.
	is_new INTEGER NOT NULL,
	poll_at INTEGER NOT NULL,
	found_at INTEGER NOT NULL,
	url TEXT NOT NULL,
	-- One line of JSON: stage, hubs, topic, callback, secrets, lease.
	state TEXT NOT NULL
) STRICT;
