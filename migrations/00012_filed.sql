-- A report is written in one row: how it was filed stands beside it, and is its
-- first step until there is a second.

-- +goose Up

ALTER TABLE report
    ADD COLUMN filed_by   text NOT NULL DEFAULT '',
    ADD COLUMN filed_who  text,
    ADD COLUMN filed_as   text NOT NULL DEFAULT '',
    ADD COLUMN filed_with text NOT NULL DEFAULT ''; -- the reasons of the router

-- The first step of the reports that have had no other. Those from before this
-- migration have it in report_history, which goes first.
CREATE VIEW report_first_step AS
    SELECT r.id AS report, 1 AS step, coalesce(b.at, r.received) AS at,
        coalesce(b.by, r.filed_by) AS actor, r.filed_who AS who, r.filed_as AS as_whom,
        CASE WHEN b.id IS NOT NULL THEN 'import' WHEN r.state = 'reported' THEN 'report' ELSE 'route' END AS action,
        CASE WHEN b.id IS NULL AND r.state <> 'reported' THEN 'reported' END AS from_state, r.state AS to_state,
        r.holder_level, r.holder_area, r.holder_worker, r.sender_level, r.sender_area, r.sender_worker,
        r.due, r.stage_due, r.stopped, r.alarm, r.stage_alarm, r.task_alarm,
        coalesce(b.reason, r.filed_with) AS reason, r.edition, r.lead, r.resume_at,
        NULL::text AS department, NULL::timestamptz AS task_due, NULL::text[] AS evidence
    FROM report r LEFT JOIN import_batch b ON b.id = r.batch WHERE r.version = 1;

-- The key from report to matter, for all rows of a statement at once: row by row it
-- takes as long as the writing of a report. The matters are locked like those of a
-- foreign key, so that none is removed meanwhile.
ALTER TABLE report DROP CONSTRAINT report_matter_fkey;

-- +goose StatementBegin
CREATE FUNCTION report_matter_known() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = auto SET enable_sort = off AS $$
DECLARE
    named   text[];
    unknown text;
BEGIN
    SELECT array_agg(n.matter) INTO named FROM (SELECT DISTINCT matter FROM new_report WHERE matter IS NOT NULL) n;
    PERFORM FROM matter m WHERE m.code = ANY (named) FOR KEY SHARE;
    SELECT n INTO unknown FROM unnest(named) n WHERE NOT EXISTS (SELECT FROM matter m WHERE m.code = n) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'there is no matter %', unknown
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'report_matter_fkey', TABLE = 'report';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION report_matter_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the matter of report % stays as it is', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'report_matter_stays', TABLE = 'report';
END $$;

CREATE FUNCTION matter_not_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    used text;
BEGIN
    SELECT r.matter INTO used FROM report r
        WHERE r.matter IN (SELECT o.code FROM old_matter o WHERE NOT EXISTS (SELECT FROM matter m WHERE m.code = o.code)) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'there are reports of matter %', used
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'report_matter_fkey', TABLE = 'matter';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER report_matter_known AFTER INSERT ON report
    REFERENCING NEW TABLE AS new_report FOR EACH STATEMENT EXECUTE FUNCTION report_matter_known();
CREATE TRIGGER report_matter_stays BEFORE UPDATE OF matter ON report
    FOR EACH ROW WHEN (NEW.matter IS DISTINCT FROM OLD.matter) EXECUTE FUNCTION report_matter_stays();
CREATE TRIGGER matter_removed AFTER DELETE ON matter
    REFERENCING OLD TABLE AS old_matter FOR EACH STATEMENT EXECUTE FUNCTION matter_not_in_use();
CREATE TRIGGER matter_renamed AFTER UPDATE ON matter
    REFERENCING OLD TABLE AS old_matter FOR EACH STATEMENT EXECUTE FUNCTION matter_not_in_use();
CREATE TRIGGER matter_never_truncate BEFORE TRUNCATE ON matter
    FOR EACH STATEMENT EXECUTE FUNCTION never_truncate();

-- +goose Down
DROP TRIGGER matter_never_truncate ON matter;
DROP TRIGGER matter_renamed ON matter;
DROP TRIGGER matter_removed ON matter;
DROP TRIGGER report_matter_stays ON report;
DROP TRIGGER report_matter_known ON report;
DROP FUNCTION matter_not_in_use();
DROP FUNCTION report_matter_stays();
DROP FUNCTION report_matter_known();
ALTER TABLE report ADD CONSTRAINT report_matter_fkey FOREIGN KEY (matter) REFERENCES matter (code);
INSERT INTO report_history (report, step, at, actor, who, as_whom, action, from_state, to_state,
    holder_level, holder_area, holder_worker, sender_level, sender_area, sender_worker,
    due, stage_due, stopped, alarm, stage_alarm, task_alarm, reason, edition, lead, resume_at, department, task_due, evidence)
SELECT * FROM report_first_step WHERE action <> 'import' ON CONFLICT (report, step) DO NOTHING;
DROP VIEW report_first_step;
ALTER TABLE report DROP COLUMN filed_by, DROP COLUMN filed_who, DROP COLUMN filed_as, DROP COLUMN filed_with;
