-- SPDX-License-Identifier: ISC
-- Newcomers have the highest ids: a key that begins with theirs grows at its
-- end, and lists what is on the newcomer's side without an index.  No foreign
-- keys: they looked up both articles at each insert, in the largest table, and
-- there is one way alone for an article to go.
CREATE TABLE new_relation (
	a INTEGER NOT NULL,
	b INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	score INTEGER NOT NULL,
	in_a INTEGER NOT NULL,
	in_b INTEGER NOT NULL,
	embedding INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (b, a),
	CHECK (a < b)
) STRICT, WITHOUT ROWID;
INSERT INTO new_relation (a, b, kind, score, in_a, in_b, embedding)
    SELECT a, b, kind, score, in_a, in_b, embedding
    FROM relation ORDER BY b, a;
DROP TABLE relation;
ALTER TABLE new_relation RENAME TO relation;
CREATE INDEX relation_a ON relation (a, in_a, score);
