-- How often something was done until a moment at which it is counted anew.
CREATE TABLE tallies (
    seller INTEGER NOT NULL REFERENCES sellers (id),
    until INTEGER NOT NULL,
    what TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (seller, until, what)
) WITHOUT ROWID;
