-- What is held in an area, or was sent from it, wherever its place is: who has the
-- ball sees it.

-- +goose Up

-- A report on which nobody has taken a step is with somebody over its cell, unless its
-- place is ambiguous: bringing one in writes neither of these.
CREATE INDEX report_holder_area ON report (holder_area, id) WHERE version > 1 OR method = 'ambiguous';
CREATE INDEX report_sender_area ON report (sender_area, id) WHERE sender_area IS NOT NULL;

-- +goose Down
DROP INDEX report_holder_area, report_sender_area;
