-- What the hub has to remember that is no seller's: the keys of its operators, and what they did. The seller
-- is 0 in all of them, so that they are spread as all tables are.
-- beside: 11
-- quick:
CREATE TABLE hub_notes (
    seller BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    document BYTEA NOT NULL,
    PRIMARY KEY (seller, kind, name)
);
