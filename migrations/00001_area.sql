-- Editions and the areas under them.
--
-- An area is stored in versions: a row is valid in the editions n with
-- since <= n < until, so an edition costs only what it changes. A staged edition
-- (published IS NULL) is seen by nobody; a published one never changes.

-- +goose Up
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE edition (
    id              integer NOT NULL,
    published       timestamptz,
    base            integer,
    note            text NOT NULL DEFAULT '',
    by              text NOT NULL DEFAULT '',
    keeps_territory boolean NOT NULL DEFAULT false,
    CONSTRAINT edition_pkey PRIMARY KEY (id),
    CONSTRAINT edition_numbered_from_1 CHECK (id >= 1),
    CONSTRAINT edition_base_is_older CHECK (base < id),
    CONSTRAINT edition_base_fkey FOREIGN KEY (base) REFERENCES edition (id)
);
CREATE UNIQUE INDEX edition_one_staged ON edition ((published IS NULL)) WHERE published IS NULL;

-- A code belongs to one area for ever.
CREATE TABLE area_code (
    code text NOT NULL,
    area bigint NOT NULL,
    CONSTRAINT area_code_pkey PRIMARY KEY (code),
    CONSTRAINT area_code_of_one_area UNIQUE (code, area),
    CONSTRAINT area_code_not_empty CHECK (code <> ''),
    CONSTRAINT area_code_area_from_1 CHECK (area >= 1)
);
CREATE INDEX area_code_area ON area_code (area);

CREATE TABLE area (
    id          bigint NOT NULL,
    since       integer NOT NULL,
    until       integer,
    code        text NOT NULL,
    name        text NOT NULL,
    level       text NOT NULL,
    kind        text NOT NULL DEFAULT '',
    parent      bigint,
    households  integer NOT NULL DEFAULT 0,
    geom        geometry(MultiPolygon, 4326),
    placeholder boolean NOT NULL DEFAULT false,
    CONSTRAINT area_pkey PRIMARY KEY (id, since),
    CONSTRAINT area_one_version_at_a_time EXCLUDE USING gist (id WITH =, int4range(since, until) WITH &&),
    CONSTRAINT area_code_fkey FOREIGN KEY (code, id) REFERENCES area_code (code, area),
    CONSTRAINT area_since_fkey FOREIGN KEY (since) REFERENCES edition (id),
    CONSTRAINT area_until_fkey FOREIGN KEY (until) REFERENCES edition (id),
    CONSTRAINT area_until_after_since CHECK (until > since),
    CONSTRAINT area_level_known CHECK (level IN ('city', 'county', 'town', 'village', 'grid', 'microgrid')),
    CONSTRAINT area_kind_known CHECK (kind IN ('', 'general', 'dedicated')),
    CONSTRAINT area_kind_of_grids_only CHECK (kind = '' OR level = 'grid'),
    CONSTRAINT area_not_its_own_parent CHECK (parent <> id),
    CONSTRAINT area_households_not_negative CHECK (households >= 0),
    CONSTRAINT area_geom_simple CHECK (NOT ST_IsEmpty(geom) AND ST_IsValid(geom)),
    CONSTRAINT area_geom_oriented CHECK (ST_IsPolygonCCW(geom)),
    CONSTRAINT area_geom_on_the_globe CHECK (ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90),
    CONSTRAINT area_placeholder_has_no_geom CHECK (NOT placeholder OR geom IS NULL)
);
CREATE INDEX area_since ON area (since);
CREATE INDEX area_until ON area (until);
CREATE INDEX area_code_idx ON area (code);
CREATE INDEX area_geom ON area USING gist (geom);

-- area_level_rank numbers the levels from 1, the highest.
CREATE FUNCTION area_level_rank(level text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_position(ARRAY['city', 'county', 'town', 'village', 'grid', 'microgrid'], level);

-- edition_last gives the current edition, 0 when there is none. Editions are
-- published in the order of their numbers, so what is not above it is published.
-- +goose StatementBegin
CREATE FUNCTION edition_last() RETURNS integer
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(max(id), 0) FROM edition WHERE published IS NOT NULL;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION edition_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.published IS NOT NULL THEN
            RAISE EXCEPTION 'edition % must be staged before it is published', NEW.id
                USING ERRCODE = 'restrict_violation', TABLE = 'edition', CONSTRAINT = 'edition_staged_first';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.published IS NOT NULL THEN
        RAISE EXCEPTION 'edition % is published and never changes: a correction is a new edition', OLD.id
            USING ERRCODE = 'restrict_violation', TABLE = 'edition', CONSTRAINT = 'edition_published_is_final';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER edition_guard BEFORE INSERT OR UPDATE OR DELETE ON edition
    FOR EACH ROW EXECUTE FUNCTION edition_guard();

-- What an edition says of an area is the rows with since <= n < until. So once
-- edition n is published, no row may begin or end at n that did not before.
-- +goose StatementBegin
CREATE FUNCTION area_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last integer := edition_last();
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.since > last THEN
            RETURN OLD;
        END IF;
    ELSIF OLD.since > last AND NEW.since > last THEN
        RETURN NEW;
    ELSIF (OLD.until IS NULL OR OLD.until > last) AND (NEW.until IS NULL OR NEW.until > last)
        AND (NEW.id, NEW.since, NEW.code, NEW.name, NEW.level, NEW.kind, NEW.parent, NEW.households, NEW.geom, NEW.placeholder)
            IS NOT DISTINCT FROM
            (OLD.id, OLD.since, OLD.code, OLD.name, OLD.level, OLD.kind, OLD.parent, OLD.households, OLD.geom, OLD.placeholder)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'area %: edition % is published and never changes: a correction is a new edition', OLD.code, least(OLD.since, last)
        USING ERRCODE = 'restrict_violation', TABLE = 'area', CONSTRAINT = 'area_published_is_final';
END $$;
-- +goose StatementEnd
CREATE TRIGGER area_guard BEFORE UPDATE OR DELETE ON area
    FOR EACH ROW EXECUTE FUNCTION area_guard();

-- The same for new rows, once for all of a statement.
-- +goose StatementBegin
CREATE FUNCTION area_guard_new() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a record;
BEGIN
    FOR a IN SELECT n.code, n.since FROM new_area n WHERE n.since <= edition_last() LIMIT 1 LOOP
        RAISE EXCEPTION 'area %: edition % is published and never changes: a correction is a new edition', a.code, a.since
            USING ERRCODE = 'restrict_violation', TABLE = 'area', CONSTRAINT = 'area_published_is_final';
    END LOOP;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER area_guard_new AFTER INSERT ON area REFERENCING NEW TABLE AS new_area
    FOR EACH STATEMENT EXECUTE FUNCTION area_guard_new();

-- +goose StatementBegin
CREATE FUNCTION never_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% holds what was published and is never truncated', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER edition_never_truncate BEFORE TRUNCATE ON edition
    FOR EACH STATEMENT EXECUTE FUNCTION never_truncate();
CREATE TRIGGER area_never_truncate BEFORE TRUNCATE ON area
    FOR EACH STATEMENT EXECUTE FUNCTION never_truncate();

-- area_of gives the areas of an edition.
-- +goose StatementBegin
CREATE FUNCTION area_of(edition integer) RETURNS SETOF area
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.id, a.since, a.until, a.code, a.name, a.level, a.kind, a.parent, a.households, a.geom, a.placeholder
    FROM area a
    WHERE a.since <= area_of.edition AND (a.until IS NULL OR a.until > area_of.edition);
END;
-- +goose StatementEnd

-- current_area gives the areas of the current edition.
CREATE VIEW current_area AS
    SELECT id, since, code, name, level, kind, parent, households, geom, placeholder
    FROM area, (SELECT edition_last() AS number OFFSET 0) AS last
    WHERE since <= last.number AND (until IS NULL OR until > last.number);

-- +goose Down
DROP VIEW current_area;
DROP FUNCTION area_of(integer);
DROP FUNCTION edition_last();
DROP TABLE area, area_code, edition;
DROP FUNCTION never_truncate();
DROP FUNCTION area_guard_new();
DROP FUNCTION area_guard();
DROP FUNCTION edition_guard();
DROP FUNCTION area_level_rank(text);
