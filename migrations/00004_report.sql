-- Reports and their history, in partitions by the month that a UUIDv7 names.

-- +goose Up
CREATE TABLE import_batch (
    id     bigint GENERATED ALWAYS AS IDENTITY,
    at     timestamptz NOT NULL,
    by     text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    CONSTRAINT import_batch_pkey PRIMARY KEY (id)
);

-- x and y are in units of 1e-7 degree, east and north; accuracy and distance_m
-- in metres. A report with a batch was imported: the batch is its history.
CREATE TABLE report (
    id            uuid NOT NULL,
    at            timestamptz NOT NULL,
    received      timestamptz NOT NULL,
    x             integer NOT NULL,
    y             integer NOT NULL,
    accuracy      real NOT NULL DEFAULT 0,
    matter        text,
    text          text NOT NULL DEFAULT '',
    reporter      text NOT NULL DEFAULT '',
    cell          bigint,
    method        text NOT NULL,
    distance_m    real NOT NULL DEFAULT 0,
    edition       integer NOT NULL,
    state         text NOT NULL,
    holder_level  text,
    holder_area   bigint,
    holder_worker bigint,
    version       bigint NOT NULL DEFAULT 1,
    batch         bigint,
    CONSTRAINT report_pkey PRIMARY KEY (id),
    CONSTRAINT report_matter_fkey FOREIGN KEY (matter) REFERENCES matter (code),
    CONSTRAINT report_on_the_globe CHECK (x BETWEEN -1800000000 AND 1800000000 AND y BETWEEN -900000000 AND 900000000),
    CONSTRAINT report_accuracy_not_negative CHECK (accuracy >= 0 AND accuracy < 'Infinity'),
    CONSTRAINT report_distance_not_negative CHECK (distance_m >= 0 AND distance_m < 'Infinity'),
    CONSTRAINT report_method_known CHECK (method IN ('exact', 'ambiguous', 'nearest', 'outside')),
    CONSTRAINT report_cell_unless_outside CHECK ((cell IS NULL) = (method = 'outside')),
    CONSTRAINT report_state_known CHECK (state IN ('reported', 'assigned', 'verifying', 'handling', 'suspended', 'checking', 'closed', 'evaluated', 'void', 'merged')),
    CONSTRAINT report_holder_level_known CHECK (holder_level IN ('city', 'county', 'town', 'village', 'grid', 'microgrid')),
    CONSTRAINT report_holder_has_area CHECK ((holder_level IS NULL) = (holder_area IS NULL) AND (holder_worker IS NULL OR holder_area IS NOT NULL)),
    CONSTRAINT report_version_from_1 CHECK (version >= 1)
) PARTITION BY RANGE (id);
CREATE INDEX report_cell ON report (cell, id);
CREATE INDEX report_open ON report (id) WHERE state IN ('reported', 'assigned', 'verifying', 'handling', 'suspended', 'checking');
CREATE INDEX report_at ON report USING brin (at);

-- A row for each step, from 1, never changed. Each partition refers to that of
-- report for the same ids: the same law as a key between the parents, which
-- would cost the writing of a report four times as much.
CREATE TABLE report_history (
    report        uuid NOT NULL,
    step          integer NOT NULL,
    at            timestamptz NOT NULL,
    actor         text NOT NULL DEFAULT '',
    as_whom       text NOT NULL DEFAULT '',
    action        text NOT NULL,
    from_state    text,
    to_state      text NOT NULL,
    holder_level  text,
    holder_area   bigint,
    holder_worker bigint,
    reason        text NOT NULL DEFAULT '',
    edition       integer NOT NULL,
    CONSTRAINT report_history_pkey PRIMARY KEY (report, step),
    CONSTRAINT report_history_step_from_1 CHECK (step >= 1),
    CONSTRAINT report_history_action_not_empty CHECK (action <> ''),
    CONSTRAINT report_history_from_state_known CHECK (from_state IN ('reported', 'assigned', 'verifying', 'handling', 'suspended', 'checking', 'closed', 'evaluated', 'void', 'merged')),
    CONSTRAINT report_history_to_state_known CHECK (to_state IN ('reported', 'assigned', 'verifying', 'handling', 'suspended', 'checking', 'closed', 'evaluated', 'void', 'merged')),
    CONSTRAINT report_history_holder_level_known CHECK (holder_level IN ('city', 'county', 'town', 'village', 'grid', 'microgrid')),
    CONSTRAINT report_history_holder_has_area CHECK ((holder_level IS NULL) = (holder_area IS NULL) AND (holder_worker IS NULL OR holder_area IS NOT NULL))
) PARTITION BY RANGE (report);

-- What no month takes: ids that are not UUIDv7, clocks that are far off.
CREATE TABLE report_default PARTITION OF report DEFAULT;
CREATE TABLE report_history_default PARTITION OF report_history (
    CONSTRAINT report_history_report_fkey FOREIGN KEY (report) REFERENCES report_default (id)
) DEFAULT;

-- uuid_at is the lowest UUIDv7 of a moment, to the millisecond.
CREATE FUNCTION uuid_at(at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- report_month makes the partitions of the month (UTC) that holds a moment and
-- says whether it did. A month that exists stays as it is; one that the default
-- partition already holds reports of stays there.
-- +goose StatementBegin
CREATE FUNCTION report_month(at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
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

CREATE VIEW report_geo AS
    SELECT id, at, received, ST_SetSRID(ST_MakePoint(x / 1e7, y / 1e7), 4326)::geometry(Point, 4326) AS geom,
        accuracy, matter, text, reporter, cell, method, distance_m, edition, state, holder_level, holder_area, holder_worker, version, batch
    FROM report;

-- +goose Down
DROP VIEW report_geo;
DROP FUNCTION report_month(timestamptz);
DROP FUNCTION uuid_at(timestamptz);
DROP TABLE report_history, report, import_batch;
