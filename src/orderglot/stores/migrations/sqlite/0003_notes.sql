-- What the hub itself has to remember of a seller's business: how far a pull has come, what was put
-- aside on the way, what is being sent to a vendor.
CREATE TABLE notes (
    seller INTEGER NOT NULL REFERENCES sellers (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (seller, kind, name)
);
