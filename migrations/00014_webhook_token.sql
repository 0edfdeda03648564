-- A webhook is told of reports in the name of a token, and no longer than that is good.

-- +goose Up
ALTER TABLE webhook
    ADD COLUMN token bigint,
    ADD CONSTRAINT webhook_token_fkey FOREIGN KEY (token) REFERENCES token (id);

-- Who made it was kept as a name and the number of the token.
UPDATE webhook w SET token = t.id FROM token t WHERE w.by ~ '#[0-9]{1,18}$' AND t.id = substring(w.by FROM '[0-9]+$')::bigint;
UPDATE webhook w SET disabled = now(), disabled_why = 'its token was revoked'
    FROM token t WHERE t.id = w.token AND t.revoked IS NOT NULL AND w.disabled IS NULL;

-- +goose Down
ALTER TABLE webhook DROP COLUMN token;
