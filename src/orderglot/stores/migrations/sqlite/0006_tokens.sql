-- What a login gives for a key: tokens, each of which says itself whose it is, and so stands with its
-- seller's other rows. It ends with its key, whose row says how it stands; what was got by one login
-- is a family, and ends as one.
CREATE TABLE tokens (
    seller INTEGER NOT NULL REFERENCES sellers (id),
    dialect TEXT NOT NULL,
    kind TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    key TEXT NOT NULL,
    family TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    ended INTEGER,
    PRIMARY KEY (seller, dialect, kind, fingerprint)
) WITHOUT ROWID;
CREATE INDEX tokens_key ON tokens (seller, dialect, key, kind, created);
CREATE INDEX tokens_family ON tokens (seller, dialect, family);
CREATE INDEX tokens_expires ON tokens (seller, expires);

-- The tokens so far do not say whose they are: whoever had one logs in again.
DROP INDEX credentials_expires;
DELETE FROM credentials WHERE kind <> 'key';
