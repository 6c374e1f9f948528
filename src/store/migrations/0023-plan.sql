-- SPDX-License-Identifier: ISC
-- How long the last answer stays fresh, to plan anew without asking; what sent
-- the feed away last (429, 503), where redirects led there; feeds of one
-- origin, which may be many.
ALTER TABLE feed_poll ADD COLUMN fresh_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN parked_url TEXT;
CREATE INDEX feed_origin ON feed (substr(url, 1, instr(substr(url, 9), '/') + 8));
