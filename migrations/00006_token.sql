-- Bearer tokens: only the hash is kept.

-- +goose Up
CREATE TABLE token (
    id      bigint GENERATED ALWAYS AS IDENTITY,
    hash    bytea NOT NULL,
    name    text NOT NULL DEFAULT '',
    role    text NOT NULL,
    area    bigint,
    created timestamptz NOT NULL,
    revoked timestamptz,
    CONSTRAINT token_pkey PRIMARY KEY (id),
    CONSTRAINT token_hash_unique UNIQUE (hash),
    CONSTRAINT token_hash_is_sha256 CHECK (length(hash) = 32),
    CONSTRAINT token_role_known CHECK (role IN ('admin', 'dispatcher', 'officer', 'leader', 'liaison', 'reporter', 'viewer')),
    CONSTRAINT token_revoked_after_created CHECK (revoked >= created)
);
CREATE TRIGGER token_area_exists BEFORE INSERT OR UPDATE OF area ON token
    FOR EACH ROW EXECUTE FUNCTION area_must_exist();

-- +goose Down
DROP TABLE token;
