-- SPDX-License-Identifier: ISC
-- What relating asks of each article at a start, beside its features, without
-- the articles themselves.
CREATE INDEX article_relate ON article (id, feed, sort, published, thread);
