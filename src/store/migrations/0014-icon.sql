-- SPDX-License-Identifier: ISC
-- Pictures that feeds name as their own, for clients that want the bytes.
CREATE TABLE icon (
	feed INTEGER PRIMARY KEY REFERENCES feed ON DELETE CASCADE,
	-- What was asked for; the feed may name another one by now.
	url TEXT NOT NULL,
	asked_at INTEGER NOT NULL,
	-- Both NULL: there was none to be had.
	type TEXT,
	data BLOB
) STRICT;
