-- A step on the feed tells which departments owed something before it, so that their
-- officers are told of what they do not see any more; and who sent a report on sees it
-- until somebody else does, wherever it is. A department that a rule names keeps an
-- officer.

-- +goose Up
ALTER TABLE feed
    ADD COLUMN from_owed    text[], -- NULL: no department
    ADD COLUMN from_sent_by bigint;

CREATE INDEX report_sender ON report (sender_worker, id) WHERE sender_worker IS NOT NULL;

-- Whoever names a department and whoever leaves one go one after another, so that
-- neither misses the other.
-- +goose StatementBegin
CREATE FUNCTION rule_department_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('jingwei officers'));
    IF NOT EXISTS (SELECT FROM worker w WHERE w.role = 'officer' AND w.department = NEW.department) THEN
        RAISE EXCEPTION 'department % has no officer', NEW.department
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'rule_department_has_officer', TABLE = 'rule';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION officer_not_needed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rules text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('jingwei officers'));
    SELECT string_agg(r.code, ', ' ORDER BY r.code) INTO rules FROM rule r
        WHERE r.recorded_until IS NULL AND r.department = OLD.department AND (upper_inf(r.during) OR upper(r.during) > record_now())
            AND NOT EXISTS (SELECT FROM worker w WHERE w.role = 'officer' AND w.department = OLD.department);
    IF rules IS NOT NULL THEN
        RAISE EXCEPTION 'department % would have no officer any more, and is named by the rules %', OLD.department, rules
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'rule_department_has_officer', TABLE = 'worker';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER rule_department_known AFTER INSERT ON rule
    FOR EACH ROW WHEN (NEW.department <> '' AND NEW.recorded_until IS NULL) EXECUTE FUNCTION rule_department_known();
CREATE TRIGGER officer_not_needed AFTER UPDATE ON worker
    FOR EACH ROW WHEN (OLD.role = 'officer' AND (NEW.role, NEW.department) IS DISTINCT FROM (OLD.role, OLD.department))
    EXECUTE FUNCTION officer_not_needed();

-- Who was an officer, as it was known at some time, and where anybody had posts.
CREATE INDEX worker_history_officer ON worker_history (worker) WHERE role = 'officer';
CREATE INDEX post_worker ON post (worker);

-- What came in with a batch tells why it did, and then why who has it does.
CREATE OR REPLACE VIEW report_first_step AS
    SELECT r.id AS report, 1 AS step, coalesce(b.at, r.received) AS at,
        coalesce(b.by, r.filed_by) AS actor, r.filed_who AS who, r.filed_as AS as_whom,
        CASE WHEN b.id IS NOT NULL THEN 'import' WHEN r.state = 'reported' THEN 'report' ELSE 'route' END AS action,
        CASE WHEN b.id IS NULL AND r.state <> 'reported' THEN 'reported' END AS from_state, r.state AS to_state,
        r.holder_level, r.holder_area, r.holder_worker, r.sender_level, r.sender_area, r.sender_worker,
        r.due, r.stage_due, r.stopped, r.alarm, r.stage_alarm, r.task_alarm,
        concat_ws(E'\n', nullif(b.reason, ''), nullif(r.filed_with, '')) AS reason, r.edition, r.lead, r.resume_at,
        NULL::text AS department, NULL::timestamptz AS task_due, NULL::text[] AS evidence
    FROM report r LEFT JOIN import_batch b ON b.id = r.batch WHERE r.version = 1;

-- +goose Down
CREATE OR REPLACE VIEW report_first_step AS
    SELECT r.id AS report, 1 AS step, coalesce(b.at, r.received) AS at,
        coalesce(b.by, r.filed_by) AS actor, r.filed_who AS who, r.filed_as AS as_whom,
        CASE WHEN b.id IS NOT NULL THEN 'import' WHEN r.state = 'reported' THEN 'report' ELSE 'route' END AS action,
        CASE WHEN b.id IS NULL AND r.state <> 'reported' THEN 'reported' END AS from_state, r.state AS to_state,
        r.holder_level, r.holder_area, r.holder_worker, r.sender_level, r.sender_area, r.sender_worker,
        r.due, r.stage_due, r.stopped, r.alarm, r.stage_alarm, r.task_alarm,
        coalesce(b.reason, r.filed_with) AS reason, r.edition, r.lead, r.resume_at,
        NULL::text AS department, NULL::timestamptz AS task_due, NULL::text[] AS evidence
    FROM report r LEFT JOIN import_batch b ON b.id = r.batch WHERE r.version = 1;
DROP INDEX worker_history_officer, post_worker;
DROP TRIGGER officer_not_needed ON worker;
DROP TRIGGER rule_department_known ON rule;
DROP FUNCTION officer_not_needed();
DROP FUNCTION rule_department_known();
DROP INDEX report_sender;
ALTER TABLE feed DROP COLUMN from_owed, DROP COLUMN from_sent_by;
