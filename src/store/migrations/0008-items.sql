-- SPDX-License-Identifier: ISC
-- Hash of all that was stored of the last document, as it was parsed; 0: none.
ALTER TABLE feed ADD COLUMN items_hash INTEGER NOT NULL DEFAULT 0;
