-- SPDX-License-Identifier: ISC
-- What a score is made of, in 1/10000; all 0 where it was found before, or by
-- embeddings alone.
ALTER TABLE relation ADD COLUMN cosine INTEGER NOT NULL DEFAULT 0;
ALTER TABLE relation ADD COLUMN time INTEGER NOT NULL DEFAULT 0;
ALTER TABLE relation ADD COLUMN usual INTEGER NOT NULL DEFAULT 0;
ALTER TABLE relation ADD COLUMN common INTEGER NOT NULL DEFAULT 0;
ALTER TABLE relation ADD COLUMN containment INTEGER NOT NULL DEFAULT 0;
