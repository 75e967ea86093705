-- What the hub has to remember that is no seller's: the keys of its operators, and what they did. The seller
-- is 0 in all of them.
CREATE TABLE hub_notes (
    seller INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (seller, kind, name)
);
