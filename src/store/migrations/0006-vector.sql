-- SPDX-License-Identifier: ISC
-- Embeddings of articles, int8.  `model`: hash of endpoint and model; `data`
-- is NULL where the endpoint takes no such text.  `is_fused`: its relations
-- across languages are found.
CREATE TABLE vector (
	article INTEGER PRIMARY KEY REFERENCES article ON DELETE CASCADE,
	model INTEGER NOT NULL,
	is_fused INTEGER NOT NULL DEFAULT 0,
	lang TEXT NOT NULL,
	data BLOB
) STRICT;
CREATE INDEX vector_model ON vector (model, is_fused, article);
CREATE TRIGGER vector_stale AFTER UPDATE OF hash ON article
    WHEN old.hash <> new.hash
    BEGIN DELETE FROM vector WHERE article = new.id; END;

-- Cosine of the embeddings in 1/10000 where it counted; 0: words alone.
ALTER TABLE relation ADD COLUMN embedding INTEGER NOT NULL DEFAULT 0;
