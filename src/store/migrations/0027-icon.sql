-- SPDX-License-Identifier: ISC
-- What the server gave with the picture, byte for byte, to ask with again.
ALTER TABLE icon ADD COLUMN etag TEXT;
ALTER TABLE icon ADD COLUMN last_modified TEXT;
