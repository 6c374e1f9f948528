-- SPDX-License-Identifier: ISC
-- Each commit adds a segment to the index; they are merged when there are 16
-- of a size, not 4: a quarter of the work, and a search looks up a few more.
INSERT INTO search (search, rank) VALUES ('automerge', 16);
