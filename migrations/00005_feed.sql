-- The feed: what changed, in an order that no late commit can break.
--
-- A transaction takes its id before it commits, so a reader that goes by xid and
-- stops before the oldest transaction still running has seen all there will be.

-- +goose Up
CREATE TABLE feed (
    seq  bigint GENERATED ALWAYS AS IDENTITY,
    xid  xid8 NOT NULL DEFAULT pg_current_xact_id(),
    what text NOT NULL,
    id   text NOT NULL,
    CONSTRAINT feed_pkey PRIMARY KEY (xid, seq),
    CONSTRAINT feed_what_known CHECK (what IN ('report', 'post', 'edition', 'batch'))
);

-- +goose StatementBegin
CREATE FUNCTION feed_bell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('jingwei_feed', '');
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER feed_bell AFTER INSERT ON feed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_bell();

-- +goose Down
DROP TABLE feed;
DROP FUNCTION feed_bell();
