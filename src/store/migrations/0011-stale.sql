-- SPDX-License-Identifier: ISC
-- Triggers are off in all our connections: the writer deletes by itself.
DROP TRIGGER vector_stale;
