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
    ADD CONSTRAINT report_sender_level_known CHECK (sender_level IN ('city', 'county', 'town', 'village', 'grid', 'microgrid')),
    ADD CONSTRAINT report_sender_has_area CHECK ((sender_level IS NULL) = (sender_area IS NULL) AND (sender_worker IS NULL OR sender_area IS NOT NULL)),
    ADD CONSTRAINT report_counts_not_negative CHECK (returns >= 0 AND urged >= 0 AND supervised >= 0),
    ADD CONSTRAINT report_asked_by_somebody CHECK ((asked IS NULL) = (asked_by IS NULL)
        AND (asked IS NULL OR asked = 'ask-void' AND state = 'verifying' OR asked = 'ask-suspend' AND state = 'handling' AND resume_at IS NOT NULL)),
    -- An imported report is as the books of others tell it.
    ADD CONSTRAINT report_owned CHECK (batch IS NOT NULL
        OR CASE state WHEN 'reported' THEN holder_area IS NULL ELSE holder_area IS NOT NULL END),
    ADD CONSTRAINT report_merged_has_lead CHECK ((lead IS NULL OR state = 'merged' AND lead <> id) AND (state <> 'merged' OR lead IS NOT NULL OR batch IS NOT NULL)),
    ADD CONSTRAINT report_suspended_has_date CHECK (state <> 'suspended' OR resume_at IS NOT NULL OR batch IS NOT NULL),
    ADD CONSTRAINT report_stopped_while_out CHECK (stopped IS NULL OR state IN ('suspended', 'merged'));

-- What somebody has, the unrouted queue, and the followers of a lead; report_open
-- serves for the other queues.
CREATE INDEX report_holder ON report (holder_worker, id) WHERE holder_worker IS NOT NULL;
CREATE INDEX report_unrouted ON report (id) WHERE state = 'reported';
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
    ADD CONSTRAINT report_history_sender_level_known CHECK (sender_level IN ('city', 'county', 'town', 'village', 'grid', 'microgrid')),
    ADD CONSTRAINT report_history_sender_has_area CHECK ((sender_level IS NULL) = (sender_area IS NULL) AND (sender_worker IS NULL OR sender_area IS NOT NULL)),
    ADD CONSTRAINT report_history_of_the_loop CHECK (action = 'import' AND from_state IS NULL OR (action, coalesce(from_state, ''), to_state) IN (
        ('route', 'reported', 'assigned'),
        ('report', '', 'reported'),
        ('accept', 'assigned', 'verifying'),
        ('return', 'assigned', 'assigned'),
        ('recall', 'assigned', 'assigned'),
        ('timeout', 'assigned', 'assigned'),
        ('verify', 'verifying', 'handling'),
        ('ask-void', 'verifying', 'verifying'),
        ('void', 'verifying', 'void'),
        ('merge', 'verifying', 'merged'),
        ('unmerge', 'merged', 'verifying'),
        ('refuse', 'verifying', 'verifying'), ('refuse', 'handling', 'handling'),
        ('escalate', 'handling', 'assigned'),
        ('delegate', 'handling', 'assigned'),
        ('whistle', 'handling', 'handling'),
        ('arrive', 'assigned', 'assigned'), ('arrive', 'verifying', 'verifying'), ('arrive', 'handling', 'handling'),
        ('complete', 'assigned', 'assigned'), ('complete', 'verifying', 'verifying'), ('complete', 'handling', 'handling'),
        ('withdraw', 'assigned', 'assigned'), ('withdraw', 'verifying', 'verifying'), ('withdraw', 'handling', 'handling'),
        ('ask-suspend', 'handling', 'handling'),
        ('suspend', 'handling', 'suspended'),
        ('resume', 'suspended', 'handling'),
        ('finish', 'handling', 'checking'),
        ('pass', 'checking', 'closed'),
        ('fail', 'checking', 'handling'),
        ('evaluate', 'closed', 'evaluated'),
        ('reopen', 'closed', 'handling'),
        ('lapse', 'closed', 'evaluated'),
        ('urge', 'reported', 'reported'), ('urge', 'assigned', 'assigned'), ('urge', 'verifying', 'verifying'), ('urge', 'handling', 'handling'), ('urge', 'suspended', 'suspended'), ('urge', 'checking', 'checking'),
        ('supervise', 'reported', 'reported'), ('supervise', 'assigned', 'assigned'), ('supervise', 'verifying', 'verifying'), ('supervise', 'handling', 'handling'), ('supervise', 'suspended', 'suspended'), ('supervise', 'checking', 'checking')
    )),
    ADD CONSTRAINT report_history_finish_has_evidence CHECK (action <> 'finish' OR cardinality(evidence) > 0),
    ADD CONSTRAINT report_history_merge_has_lead CHECK ((action = 'merge') = (lead IS NOT NULL)),
    ADD CONSTRAINT report_history_task_has_department CHECK ((action IN ('whistle', 'arrive', 'complete', 'withdraw')) = (department IS NOT NULL));

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
ALTER TABLE report_history DROP CONSTRAINT report_history_of_the_loop, DROP COLUMN who, DROP COLUMN sender_level, DROP COLUMN sender_area, DROP COLUMN sender_worker, DROP COLUMN due, DROP COLUMN stage_due, DROP COLUMN stopped, DROP COLUMN lead, DROP COLUMN resume_at, DROP COLUMN department, DROP COLUMN task_due, DROP COLUMN evidence;
DROP INDEX report_holder, report_unrouted;
ALTER TABLE report DROP CONSTRAINT report_owned, DROP CONSTRAINT report_merged_has_lead, DROP CONSTRAINT report_suspended_has_date,
    DROP COLUMN urgency, DROP COLUMN sender_level, DROP COLUMN sender_area, DROP COLUMN sender_worker, DROP COLUMN handler, DROP COLUMN returns, DROP COLUMN asked, DROP COLUMN asked_by, DROP COLUMN lead, DROP COLUMN due, DROP COLUMN stage_due, DROP COLUMN stopped, DROP COLUMN resume_at, DROP COLUMN urged, DROP COLUMN supervised;
CREATE VIEW report_geo AS
    SELECT id, at, received, ST_SetSRID(ST_MakePoint(x / 1e7, y / 1e7), 4326)::geometry(Point, 4326) AS geom,
        accuracy, matter, text, reporter, cell, method, distance_m, edition, state, holder_level, holder_area, holder_worker, version, batch
    FROM report;
