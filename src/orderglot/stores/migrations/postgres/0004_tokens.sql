-- What a login gives for a key: tokens, each of which says itself whose it is, and so stands with its
-- seller's other rows. It ends with its key, whose row says how it stands; what was got by one login
-- is a family, and ends as one.
-- quick:
CREATE TABLE tokens (
    seller BIGINT NOT NULL REFERENCES sellers (id),
    dialect TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    family TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    ended BIGINT,
    PRIMARY KEY (seller, dialect, kind, fingerprint)
);
CREATE INDEX tokens_key ON tokens (seller, dialect, key, kind, created);
CREATE INDEX tokens_family ON tokens (seller, dialect, family);
CREATE INDEX tokens_expires ON tokens (seller, expires);

-- The tokens so far do not say whose they are: whoever had one logs in again.
-- concurrent:
DROP INDEX credentials_expires;
-- batched credentials (dialect, kind, fingerprint):
DELETE FROM credentials
WHERE kind <> 'key';
