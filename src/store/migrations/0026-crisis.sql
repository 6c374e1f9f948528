-- SPDX-License-Identifier: ISC
-- Segments are merged by sixteens, a part with each commit.  By default FTS5
-- does all that is left at once when there are sixteen: at a million articles
-- this was one transaction of a gigabyte.  It does so at 64 now.
INSERT INTO search (search, rank) VALUES ('crisismerge', 64);
