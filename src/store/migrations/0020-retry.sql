-- SPDX-License-Identifier: ISC
-- Whoever starts asks for the few servers that said to wait.
CREATE INDEX feed_retry ON feed (retry_until) WHERE retry_until > 0;
