-- SPDX-License-Identifier: ISC
-- Hashes of addresses and guids begin with 12 bits of the host: what one feed
-- brings lies on few pages.  `sort` alone: an index has the id behind it anyway.
-- 4503599627370495 is 2^52 - 1.
DROP INDEX article_sort;
DROP INDEX article_url;
DROP INDEX article_guid;
UPDATE article SET
    url_hash = CASE WHEN external_url IS NOT NULL
	AND akin_url_hash(external_url) & 4503599627370495
	= url_hash & 4503599627370495
	THEN akin_url_hash(external_url) ELSE akin_placed(url_hash, url) END,
    guid_hash = akin_placed(guid_hash, url);
CREATE INDEX article_sort ON article (sort);
CREATE INDEX article_url ON article (url_hash) WHERE url_hash IS NOT NULL;
CREATE INDEX article_guid ON article (guid_hash) WHERE guid_hash IS NOT NULL;
UPDATE listed SET
    url_hash = akin_placed(url_hash, url);
