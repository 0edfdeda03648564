-- The closed loop: who has the ball, who sent it, until when, and what
-- departments owe. dispatch.Lifecycle is the table behind the constraints.

-- +goose Up

-- Sender: who had the ball before. Handler and asked_by name a person: worker:ID
-- or token:ID. While the clocks are stopped, due and stage_due stand as they were.
ALTER TABLE report
    ADD COLUMN urgency       text,
    ADD COLUMN sender_level  text,
    ADD COLUMN sender_area   bigint,
    ADD COLUMN sender_worker bigint,
    ADD COLUMN handler       text,
    ADD COLUMN returns       smallint NOT NULL DEFAULT 0,
    ADD COLUMN asked         text,
    ADD COLUMN asked_by      text,
    ADD COLUMN lead          uuid,
    ADD COLUMN due           timestamptz,
    ADD COLUMN stage_due     timestamptz,
    ADD COLUMN stopped       timestamptz,
    ADD COLUMN resume_at     timestamptz,
    ADD COLUMN urged         smallint NOT NULL DEFAULT 0,
    ADD COLUMN supervised    smallint NOT NULL DEFAULT 0,
    -- NULL is normal.
    ADD CONSTRAINT report_urgency_known CHECK (urgency IN ('urgent', 'critical')),
    ADD CONSTRAINT report_sender_known CHECK (num_nonnulls(sender_level, sender_area, sender_worker) = 0
        OR (sender_level = ANY ('{city,county,town,village,grid,microgrid}'::text[]) AND sender_area IS NOT NULL) IS TRUE),
    ADD CONSTRAINT report_asked_by_somebody CHECK ((asked IS NULL) = (asked_by IS NULL)
        AND (asked IS NULL OR asked = 'ask-void' AND state = 'verifying' OR asked = 'ask-suspend' AND state = 'handling' AND resume_at IS NOT NULL)),
    -- An imported report is as the books of others tell it.
    ADD CONSTRAINT report_owned CHECK (batch IS NOT NULL
        OR CASE state WHEN 'reported' THEN holder_area IS NULL ELSE holder_area IS NOT NULL END),
    ADD CONSTRAINT report_out_of_work CHECK (CASE state
        WHEN 'merged' THEN lead <> id OR batch IS NOT NULL AND lead IS NULL
        WHEN 'suspended' THEN lead IS NULL AND (resume_at IS NOT NULL OR batch IS NOT NULL)
        ELSE lead IS NULL AND stopped IS NULL END IS TRUE),
    -- PostgreSQL reads the constraints anew for each statement that appends. The
    -- old ones, as arrays of words, are quicker to read than as lists.
    DROP CONSTRAINT report_state_known,
    DROP CONSTRAINT report_holder_level_known,
    ADD CONSTRAINT report_state_known CHECK (state = ANY ('{reported,assigned,verifying,handling,suspended,checking,closed,evaluated,void,merged}'::text[])),
    ADD CONSTRAINT report_holder_level_known CHECK (holder_level = ANY ('{city,county,town,village,grid,microgrid}'::text[]));

-- What somebody has, and the followers of a lead; report_open serves for the other
-- queues.
CREATE INDEX report_holder ON report (holder_worker, id) WHERE holder_worker IS NOT NULL;
CREATE INDEX report_lead ON report (lead) WHERE lead IS NOT NULL;

-- What a step says beside the action: with it the steps of a report, in order,
-- give the report as it stands.
ALTER TABLE report_history
    ADD COLUMN who           text,
    ADD COLUMN sender_level  text,
    ADD COLUMN sender_area   bigint,
    ADD COLUMN sender_worker bigint,
    ADD COLUMN due           timestamptz,
    ADD COLUMN stage_due     timestamptz,
    ADD COLUMN stopped       timestamptz,
    ADD COLUMN lead          uuid,
    ADD COLUMN resume_at     timestamptz,
    ADD COLUMN department    text,
    ADD COLUMN task_due      timestamptz,
    ADD COLUMN evidence      text[],
    ADD CONSTRAINT report_history_sender_known CHECK (num_nonnulls(sender_level, sender_area, sender_worker) = 0
        OR (sender_level = ANY ('{city,county,town,village,grid,microgrid}'::text[]) AND sender_area IS NOT NULL) IS TRUE),
    ADD CONSTRAINT report_history_step_complete CHECK (CASE action
        WHEN 'finish' THEN cardinality(evidence) > 0
        WHEN 'merge' THEN lead IS NOT NULL
        WHEN 'whistle' THEN department IS NOT NULL AND task_due IS NOT NULL
        WHEN 'arrive' THEN department IS NOT NULL
        WHEN 'complete' THEN department IS NOT NULL
        WHEN 'withdraw' THEN department IS NOT NULL
        ELSE lead IS NULL AND department IS NULL AND evidence IS NULL END IS TRUE),
    DROP CONSTRAINT report_history_holder_level_known,
    ADD CONSTRAINT report_history_holder_level_known CHECK (holder_level = ANY ('{city,county,town,village,grid,microgrid}'::text[])),
    -- What follows from the constraint below it.
    DROP CONSTRAINT report_history_action_not_empty,
    DROP CONSTRAINT report_history_from_state_known,
    DROP CONSTRAINT report_history_to_state_known,
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
            urge reported reported,urge assigned assigned,urge verifying verifying,urge handling handling,urge suspended suspended,urge checking checking,
            supervise reported reported,supervise assigned assigned,supervise verifying verifying,supervise handling handling,supervise suspended suspended,supervise checking checking
        }'::text[]));

-- What a department owes a report after the whistle. Step is the one that called
-- it. Like the history, each partition refers to that of report.
CREATE TABLE task (
    report     uuid NOT NULL,
    step       integer NOT NULL,
    department text NOT NULL,
    state      text NOT NULL,
    called     timestamptz NOT NULL,
    due        timestamptz NOT NULL,
    by         text NOT NULL,
    at         timestamptz NOT NULL,
    note       text NOT NULL DEFAULT '',
    CONSTRAINT task_pkey PRIMARY KEY (report, step),
    CONSTRAINT task_department_not_empty CHECK (department <> ''),
    CONSTRAINT task_state_known CHECK (state IN ('called', 'arrived', 'done', 'withdrawn'))
) PARTITION BY RANGE (report);
CREATE UNIQUE INDEX task_open_once ON task (report, department) WHERE state IN ('called', 'arrived');
CREATE INDEX task_open ON task (department, due) WHERE state IN ('called', 'arrived');
CREATE TABLE task_default PARTITION OF task (
    CONSTRAINT task_report_fkey FOREIGN KEY (report) REFERENCES report_default (id)
) DEFAULT;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION report_month(at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    month  timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
    suffix text := to_char(month, 'YYYY_MM');
    low    uuid := uuid_at(month AT TIME ZONE 'UTC');
    high   uuid := uuid_at((month + interval '1 month') AT TIME ZONE 'UTC');
    parent text;
BEGIN
    IF to_regclass('report_' || suffix) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('report_month'));
    IF to_regclass('report_' || suffix) IS NOT NULL
        OR EXISTS (SELECT 1 FROM report_default d WHERE d.id >= low AND d.id < high)
    THEN
        RETURN false;
    END IF;
    -- Attaching, unlike PARTITION OF, lets reports be read meanwhile. All that
    -- will be locked against writing is locked at once, so as not to wait for a
    -- writer that waits for us.
    LOCK TABLE report, report_history, task IN SHARE ROW EXCLUSIVE MODE;
    FOREACH parent IN ARRAY ARRAY['report', 'report_history', 'task'] LOOP
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', parent || '_' || suffix, parent);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, parent || '_' || suffix, low, high);
    END LOOP;
    FOREACH parent IN ARRAY ARRAY['report_history', 'task'] LOOP
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I FOREIGN KEY (report) REFERENCES %I (id)',
            parent || '_' || suffix, parent || '_report_fkey', 'report_' || suffix);
    END LOOP;
    RETURN true;
END $$;

-- The months that there are already.
DO $$
DECLARE
    month  text;
    bounds text;
BEGIN
    FOR month, bounds IN
        SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'report'::regclass AND c.relname <> 'report_default' ORDER BY 1
    LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF task (CONSTRAINT task_report_fkey FOREIGN KEY (report) REFERENCES %I (id)) %s',
            replace(month, 'report_', 'task_'), month, bounds);
    END LOOP;
END $$;
-- +goose StatementEnd

-- A token may be a worker's own.
ALTER TABLE token
    ADD COLUMN worker bigint,
    ADD CONSTRAINT token_worker_fkey FOREIGN KEY (worker) REFERENCES worker (id);

DROP VIEW report_geo;
CREATE VIEW report_geo AS
    SELECT id, at, received, ST_SetSRID(ST_MakePoint(x / 1e7, y / 1e7), 4326)::geometry(Point, 4326) AS geom,
        accuracy, matter, text, reporter, cell, method, distance_m, edition, state, holder_level, holder_area, holder_worker, version, batch,
        urgency, lead, due, stage_due, stopped, resume_at, urged, supervised
    FROM report;

-- +goose Down
DROP VIEW report_geo;
ALTER TABLE token DROP COLUMN worker;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION report_month(at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    month  timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
    suffix text := to_char(month, 'YYYY_MM');
    low    uuid := uuid_at(month AT TIME ZONE 'UTC');
    high   uuid := uuid_at((month + interval '1 month') AT TIME ZONE 'UTC');
    parent text;
BEGIN
    IF to_regclass('report_' || suffix) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('report_month'));
    IF to_regclass('report_' || suffix) IS NOT NULL
        OR EXISTS (SELECT 1 FROM report_default d WHERE d.id >= low AND d.id < high)
    THEN
        RETURN false;
    END IF;
    -- Attaching, unlike PARTITION OF, lets reports be read meanwhile. All that
    -- will be locked against writing is locked at once, so as not to wait for a
    -- writer that waits for us.
    LOCK TABLE report, report_history IN SHARE ROW EXCLUSIVE MODE;
    FOREACH parent IN ARRAY ARRAY['report', 'report_history'] LOOP
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', parent || '_' || suffix, parent);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, parent || '_' || suffix, low, high);
    END LOOP;
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT report_history_report_fkey FOREIGN KEY (report) REFERENCES %I (id)',
        'report_history_' || suffix, 'report_' || suffix);
    RETURN true;
END $$;
-- +goose StatementEnd
DROP TABLE task;
ALTER TABLE report_history DROP CONSTRAINT report_history_of_the_loop, DROP CONSTRAINT report_history_step_complete,
    ADD CONSTRAINT report_history_action_not_empty CHECK (action <> ''),
    ADD CONSTRAINT report_history_from_state_known CHECK (from_state IN ('reported', 'assigned', 'verifying', 'handling', 'suspended', 'checking', 'closed', 'evaluated', 'void', 'merged')),
    ADD CONSTRAINT report_history_to_state_known CHECK (to_state IN ('reported', 'assigned', 'verifying', 'handling', 'suspended', 'checking', 'closed', 'evaluated', 'void', 'merged')),
    DROP COLUMN who, DROP COLUMN sender_level, DROP COLUMN sender_area, DROP COLUMN sender_worker, DROP COLUMN due, DROP COLUMN stage_due, DROP COLUMN stopped, DROP COLUMN lead, DROP COLUMN resume_at, DROP COLUMN department, DROP COLUMN task_due, DROP COLUMN evidence;
DROP INDEX report_holder;
ALTER TABLE report DROP CONSTRAINT report_owned, DROP CONSTRAINT report_out_of_work,
    DROP COLUMN urgency, DROP COLUMN sender_level, DROP COLUMN sender_area, DROP COLUMN sender_worker, DROP COLUMN handler, DROP COLUMN returns, DROP COLUMN asked, DROP COLUMN asked_by, DROP COLUMN lead, DROP COLUMN due, DROP COLUMN stage_due, DROP COLUMN stopped, DROP COLUMN resume_at, DROP COLUMN urged, DROP COLUMN supervised;
CREATE VIEW report_geo AS
    SELECT id, at, received, ST_SetSRID(ST_MakePoint(x / 1e7, y / 1e7), 4326)::geometry(Point, 4326) AS geom,
        accuracy, matter, text, reporter, cell, method, distance_m, edition, state, holder_level, holder_area, holder_worker, version, batch
    FROM report;
