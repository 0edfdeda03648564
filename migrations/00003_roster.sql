-- Who is there, who has which post, and the catalogue of matters.

-- +goose Up
CREATE TABLE worker (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    code       text NOT NULL,
    name       text NOT NULL,
    role       text NOT NULL,
    phone      text NOT NULL DEFAULT '',
    department text NOT NULL DEFAULT '',
    CONSTRAINT worker_pkey PRIMARY KEY (id),
    CONSTRAINT worker_code_unique UNIQUE (code),
    CONSTRAINT worker_code_not_empty CHECK (code <> ''),
    CONSTRAINT worker_role_known CHECK (role IN ('leader', 'liaison', 'dispatcher', 'officer'))
);

-- During is half-open: from the first moment on duty to the first one off. One
-- primary answers for an area at a time.
CREATE TABLE post (
    id     bigint GENERATED ALWAYS AS IDENTITY,
    worker bigint NOT NULL,
    area   bigint NOT NULL,
    rank   text NOT NULL DEFAULT 'primary',
    during tstzrange NOT NULL,
    CONSTRAINT post_pkey PRIMARY KEY (id),
    CONSTRAINT post_worker_fkey FOREIGN KEY (worker) REFERENCES worker (id),
    CONSTRAINT post_rank_known CHECK (rank IN ('primary', 'deputy')),
    CONSTRAINT post_during_half_open CHECK (NOT isempty(during) AND NOT lower_inf(during) AND lower_inc(during) AND NOT upper_inc(during)),
    CONSTRAINT post_one_primary_at_a_time EXCLUDE USING gist (area WITH =, during WITH &&) WHERE (rank = 'primary') DEFERRABLE,
    CONSTRAINT post_once_at_a_time EXCLUDE USING gist (worker WITH =, area WITH =, during WITH &&) DEFERRABLE
);

-- An area has no row of its own to refer to, only versions; so this stands for
-- the foreign key on its id.
-- +goose StatementBegin
CREATE FUNCTION area_must_exist() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.area IS NOT NULL AND NOT EXISTS (SELECT 1 FROM area a WHERE a.id = NEW.area) THEN
        RAISE EXCEPTION '% refers to area %, which does not exist', TG_TABLE_NAME, NEW.area
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER post_area_exists BEFORE INSERT OR UPDATE OF area ON post
    FOR EACH ROW EXECUTE FUNCTION area_must_exist();

CREATE TABLE matter (
    code          text NOT NULL,
    category      text NOT NULL,
    item          text NOT NULL,
    name          text NOT NULL,
    level         text NOT NULL,
    limit_minutes integer NOT NULL,
    CONSTRAINT matter_pkey PRIMARY KEY (code),
    CONSTRAINT matter_code_of_six_digits CHECK (code ~ '^[0-9]{6}$'),
    CONSTRAINT matter_level_known CHECK (level IN ('city', 'county', 'town', 'village', 'grid', 'microgrid')),
    CONSTRAINT matter_limit_not_negative CHECK (limit_minutes >= 0)
);

-- +goose Down
DROP TABLE matter, post, worker;
DROP FUNCTION area_must_exist();
