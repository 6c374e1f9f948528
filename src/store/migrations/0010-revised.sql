-- SPDX-License-Identifier: ISC
-- How often the features changed since the article was related; 0: it reads as
-- it did then.
ALTER TABLE feature ADD COLUMN revised INTEGER NOT NULL DEFAULT 0;
CREATE INDEX feature_revised ON feature (article) WHERE revised > 0;
