-- SPDX-License-Identifier: ISC
-- The address that the feed's last document calls its new one
-- (itunes:new-feed-url); believed as a permanent redirect is.
ALTER TABLE feed ADD COLUMN new_url TEXT;
