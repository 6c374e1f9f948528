-- SPDX-License-Identifier: ISC
-- A thread of one article has no row.
DELETE FROM thread WHERE n_articles < 2;
