-- SPDX-License-Identifier: ISC
-- How far each hook has looked, and what it was told of.
CREATE TABLE hook (
	name TEXT PRIMARY KEY,
	article INTEGER NOT NULL -- the newest one it has seen
) STRICT, WITHOUT ROWID;
-- event: 'story', 'grown' of a thread; 'failing' of a feed.
CREATE TABLE hook_told (
	hook TEXT NOT NULL,
	event TEXT NOT NULL,
	subject INTEGER NOT NULL,
	PRIMARY KEY (hook, event, subject)
) STRICT, WITHOUT ROWID;
