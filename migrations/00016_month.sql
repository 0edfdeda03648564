-- The matters are known also of what is written into a month by its own name. Rows that
-- come through their parent, of which such a trigger wants to see all, are inserted one
-- by one; those that go where they belong at once, a page at a time.

-- +goose Up
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
    EXECUTE format('CREATE TRIGGER report_matter_known AFTER INSERT ON %I
        REFERENCING NEW TABLE AS new_report FOR EACH STATEMENT EXECUTE FUNCTION report_matter_known()', 'report_' || suffix);
    RETURN true;
END $$;

-- The months that there are already.
DO $$
DECLARE
    month regclass;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('report_month')); -- one may be in the making
    FOR month IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'report'::regclass LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER report_matter_known AFTER INSERT ON %s
            REFERENCING NEW TABLE AS new_report FOR EACH STATEMENT EXECUTE FUNCTION report_matter_known()', month);
    END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
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

DO $$
DECLARE
    month regclass;
BEGIN
    FOR month IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'report'::regclass LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS report_matter_known ON %s', month);
    END LOOP;
END $$;
-- +goose StatementEnd
