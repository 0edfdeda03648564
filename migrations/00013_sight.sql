-- Who sees a report, who works on it, and which are evaluated: what is asked of the
-- reports beside their place and their clocks.

-- +goose Up

-- What is held in an area, or was sent from it, wherever its place is: who has the
-- ball sees it. A report on which nobody has taken a step is with somebody over its cell, unless its
-- place is ambiguous: bringing one in writes neither of these.
CREATE INDEX report_holder_area ON report (holder_area, id) WHERE version > 1 OR method = 'ambiguous';
CREATE INDEX report_sender_area ON report (sender_area, id) WHERE sender_area IS NOT NULL;

-- Of a step on the feed: where the ball was, and from where it had been sent, before it.
ALTER TABLE feed
    ADD COLUMN from_area   bigint,
    ADD COLUMN from_sender bigint;

-- Those closed that are in the sample for evaluation.
CREATE INDEX report_sample ON report (id) WHERE state = 'closed' AND get_byte(uuid_send(id), 15) < 13;

-- Who accepted a report works on it until somebody else does or it is finished.
UPDATE report r SET handler = (
    SELECT h.who FROM report_history h WHERE h.report = r.id AND h.action IN ('accept', 'finish') ORDER BY h.step DESC LIMIT 1)
WHERE r.state IN ('assigned', 'verifying', 'handling', 'suspended', 'merged') AND r.version > 1;

-- +goose Down
DROP INDEX report_holder_area, report_sender_area, report_sample;
ALTER TABLE feed DROP COLUMN from_area, DROP COLUMN from_sender;
