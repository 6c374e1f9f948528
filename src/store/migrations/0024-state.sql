-- SPDX-License-Identifier: ISC
-- The relater's saved state in pieces: of an article, the last one holds.  So
-- a sync that brings little writes little.
CREATE TABLE relate_state (
	id INTEGER PRIMARY KEY,
	data BLOB NOT NULL
) STRICT;
INSERT INTO relate_state (id, data)
	SELECT 1, data FROM blob WHERE name = 'relate-state';
DELETE FROM blob WHERE name = 'relate-state';
