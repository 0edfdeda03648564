-- A step on the feed tells which departments owed something before it, so that their
-- officers are told of what they do not see any more.

-- +goose Up
ALTER TABLE feed
    ADD COLUMN from_owed text[]; -- NULL: none

-- +goose Down
ALTER TABLE feed DROP COLUMN from_owed;
