-- A step on the feed tells which departments owed something before it, so that their
-- officers are told of what they do not see any more; and who sent a report on sees it
-- until somebody else does, wherever it is.

-- +goose Up
ALTER TABLE feed
    ADD COLUMN from_owed    text[], -- NULL: no department
    ADD COLUMN from_sent_by bigint;

CREATE INDEX report_sender ON report (sender_worker, id) WHERE sender_worker IS NOT NULL;

-- +goose Down
DROP INDEX report_sender;
ALTER TABLE feed DROP COLUMN from_owed, DROP COLUMN from_sent_by;
