-- Webhooks: who is told of reports by HTTP, how far they have been told, and what
-- they would not take.

-- +goose Up

-- Area bounds what the one who made it may see; within, matter, states and holder
-- say what is wanted, and zero or empty asks for nothing in particular. All wanted
-- events of the feed up to the cursor were delivered or are dead letters. Attempts
-- counts those in vain at the event behind the cursor.
CREATE TABLE webhook (
    id            bigint GENERATED ALWAYS AS IDENTITY,
    url           text NOT NULL,
    secret        bytea NOT NULL,
    area          bigint,
    within        bigint,
    matter        text NOT NULL DEFAULT '',
    states        text[] NOT NULL DEFAULT '{}',
    holder        bigint,
    created       timestamptz NOT NULL,
    by            text NOT NULL DEFAULT '',
    cursor_xid    xid8 NOT NULL,
    cursor_seq    bigint NOT NULL,
    attempts      integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    retry_at      timestamptz,
    error         text NOT NULL DEFAULT '',
    delivered     timestamptz,
    disabled      timestamptz,
    disabled_why  text NOT NULL DEFAULT '',
    CONSTRAINT webhook_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_url_of_http CHECK (url ~ '^https?://'),
    CONSTRAINT webhook_secret_long CHECK (length(secret) >= 24),
    CONSTRAINT webhook_matter_of_whole_pairs CHECK (matter ~ '^$|^([0-9]{2}){1,3}(,([0-9]{2}){1,3})*$'),
    CONSTRAINT webhook_states_known CHECK (states <@ ARRAY['reported', 'assigned', 'verifying', 'handling', 'suspended', 'checking', 'closed', 'evaluated', 'void', 'merged']),
    CONSTRAINT webhook_attempts_not_negative CHECK (attempts >= 0),
    CONSTRAINT webhook_retries_while_failing CHECK (retry_at IS NULL OR failing_since IS NOT NULL),
    CONSTRAINT webhook_disabled_why CHECK ((disabled IS NULL) = (disabled_why = ''))
);
CREATE TRIGGER webhook_area_exists BEFORE INSERT OR UPDATE OF area ON webhook
    FOR EACH ROW EXECUTE FUNCTION area_must_exist();

-- An event that was tried in vain and passed over. One to be sent again is tried
-- once more.
CREATE TABLE dead_letter (
    webhook  bigint NOT NULL,
    xid      xid8 NOT NULL,
    seq      bigint NOT NULL,
    report   uuid NOT NULL,
    at       timestamptz NOT NULL,
    attempts integer NOT NULL,
    error    text NOT NULL,
    resend   boolean NOT NULL DEFAULT false,
    CONSTRAINT dead_letter_pkey PRIMARY KEY (webhook, xid, seq),
    CONSTRAINT dead_letter_webhook_fkey FOREIGN KEY (webhook) REFERENCES webhook (id) ON DELETE CASCADE,
    CONSTRAINT dead_letter_was_tried CHECK (attempts >= 1)
);

-- +goose Down
DROP TABLE dead_letter, webhook;
