-- SPDX-License-Identifier: ISC
-- For sites that loop until a cookie comes back: kept for one fetch.
ALTER TABLE feed ADD COLUMN cookies_once INTEGER NOT NULL DEFAULT 0;
