-- The unrouted queue has a clock, and rings; the feed forgets what is old, and tells of
-- a step what was before it.

-- +goose Up
ALTER TABLE clock_limit
    DROP CONSTRAINT clock_limit_stage_known,
    ADD CONSTRAINT clock_limit_stage_known CHECK (stage IN ('route', 'accept', 'verify', 'handle', 'check', 'evaluate', 'report_in', 'overall'));
ALTER TABLE report_history
    DROP CONSTRAINT report_history_of_the_loop,
    ADD CONSTRAINT report_history_of_the_loop CHECK (action || ' ' || coalesce(from_state, '') || ' ' || to_state = ANY ('{
            route reported assigned,
            report  reported,
            import  reported,import  assigned,import  verifying,import  handling,import  suspended,import  checking,import  closed,import  evaluated,import  void,import  merged,
            accept assigned verifying,
            return assigned assigned,
            recall assigned assigned,
            timeout assigned assigned,
            verify verifying handling,
            ask-void verifying verifying,
            void verifying void,
            merge verifying merged,
            unmerge merged verifying,
            refuse verifying verifying,refuse handling handling,
            escalate handling assigned,
            delegate handling assigned,
            whistle handling handling,
            arrive assigned assigned,arrive verifying verifying,arrive handling handling,
            complete assigned assigned,complete verifying verifying,complete handling handling,
            withdraw assigned assigned,withdraw verifying verifying,withdraw handling handling,
            ask-suspend handling handling,
            suspend handling suspended,
            resume suspended handling,
            finish handling checking,
            pass checking closed,
            fail checking handling,
            evaluate closed evaluated,
            reopen closed handling,
            lapse closed evaluated,
            overdue assigned assigned,overdue verifying verifying,overdue handling handling,overdue checking checking,
            alarm reported reported,
            urge reported reported,urge assigned assigned,urge verifying verifying,urge handling handling,urge suspended suspended,urge checking checking,
            supervise reported reported,supervise assigned assigned,supervise verifying verifying,supervise handling handling,supervise suspended suspended,supervise checking checking
        }'::text[]));

-- At: when it happened, more or less: when the transaction began. Of a step: the state
-- of the report, and who had the ball, before it; NULL of one that came in.
ALTER TABLE feed
    ADD COLUMN at          timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN from_state  text,
    ADD COLUMN from_worker bigint;

-- The last event that the feed has forgotten: who is not behind it has missed some.
CREATE TABLE feed_pruned (
    xid xid8 NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT feed_pruned_pkey PRIMARY KEY (xid, seq)
);
INSERT INTO feed_pruned VALUES ('0', 0);

-- +goose Down
DROP TABLE feed_pruned;
ALTER TABLE feed DROP COLUMN at, DROP COLUMN from_state, DROP COLUMN from_worker;
-- What is on the record stays there.
ALTER TABLE report_history
    DROP CONSTRAINT report_history_of_the_loop,
    ADD CONSTRAINT report_history_of_the_loop CHECK (action || ' ' || coalesce(from_state, '') || ' ' || to_state = ANY ('{
            route reported assigned,
            report  reported,
            import  reported,import  assigned,import  verifying,import  handling,import  suspended,import  checking,import  closed,import  evaluated,import  void,import  merged,
            accept assigned verifying,
            return assigned assigned,
            recall assigned assigned,
            timeout assigned assigned,
            verify verifying handling,
            ask-void verifying verifying,
            void verifying void,
            merge verifying merged,
            unmerge merged verifying,
            refuse verifying verifying,refuse handling handling,
            escalate handling assigned,
            delegate handling assigned,
            whistle handling handling,
            arrive assigned assigned,arrive verifying verifying,arrive handling handling,
            complete assigned assigned,complete verifying verifying,complete handling handling,
            withdraw assigned assigned,withdraw verifying verifying,withdraw handling handling,
            ask-suspend handling handling,
            suspend handling suspended,
            resume suspended handling,
            finish handling checking,
            pass checking closed,
            fail checking handling,
            evaluate closed evaluated,
            reopen closed handling,
            lapse closed evaluated,
            overdue assigned assigned,overdue verifying verifying,overdue handling handling,overdue checking checking,
            urge reported reported,urge assigned assigned,urge verifying verifying,urge handling handling,urge suspended suspended,urge checking checking,
            supervise reported reported,supervise assigned assigned,supervise verifying verifying,supervise handling handling,supervise suspended suspended,supervise checking checking
        }'::text[])) NOT VALID;
ALTER TABLE clock_limit
    DROP CONSTRAINT clock_limit_stage_known,
    ADD CONSTRAINT clock_limit_stage_known CHECK (stage IN ('accept', 'verify', 'handle', 'check', 'evaluate', 'report_in', 'overall')) NOT VALID;
