-- The order book: one seller's rows stand together. Every key, index and foreign key begins with
-- the seller, so that each seller could live on a machine of its own. The exceptions are who the
-- sellers are and who may come in, which every machine has to know.

-- quick:
CREATE TABLE sellers (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    document JSONB NOT NULL
);

-- Which numbers the hub has not handed out yet.
CREATE TABLE sequences (
    seller BIGINT NOT NULL REFERENCES sellers (id),
    thing TEXT COLLATE "C" NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (seller, thing)
);

CREATE TABLE customers (
    seller BIGINT NOT NULL REFERENCES sellers (id),
    id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    number TEXT COLLATE "C",
    document JSONB NOT NULL,
    PRIMARY KEY (seller, id)
);
CREATE UNIQUE INDEX customers_number ON customers (seller, number) WHERE number IS NOT NULL;

-- The name comes before the dialect: so one index also tells whether any dialect uses it.
CREATE TABLE customer_references (
    seller BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    dialect TEXT COLLATE "C" NOT NULL,
    customer BIGINT NOT NULL,
    PRIMARY KEY (seller, name, dialect),
    FOREIGN KEY (seller, customer) REFERENCES customers (seller, id)
);
CREATE INDEX customer_references_customer ON customer_references (seller, customer, dialect);

-- The document is the order; the columns before it are what is filtered, sorted or joined on.
-- Amounts are millionths, instants microseconds since 1970, and nothing is NULL.
CREATE TABLE orders (
    seller BIGINT NOT NULL REFERENCES sellers (id),
    id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    test BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    customer BIGINT,
    number TEXT COLLATE "C",
    name TEXT COLLATE "C",
    po_number TEXT COLLATE "C",
    invoice_number TEXT COLLATE "C",
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    deleted BIGINT,
    currency TEXT COLLATE "C",
    total BIGINT,
    lines BIGINT NOT NULL,
    document JSONB NOT NULL,
    PRIMARY KEY (seller, id),
    FOREIGN KEY (seller, customer) REFERENCES customers (seller, id)
);
-- Each index ends with what decides whether an order is in sight and what is commonly asked
-- beside its first columns, so that skipping to a page reads the index alone. Nothing comes before
-- everything, as the lists have it; the other way round the index is read from its end.
CREATE INDEX orders_id ON orders (seller, test, id NULLS FIRST, deleted);
CREATE INDEX orders_created ON orders (
    seller, created NULLS FIRST, id NULLS FIRST, test, status, kind, deleted, total
);
CREATE INDEX orders_customer ON orders (
    seller, customer, created NULLS FIRST, id NULLS FIRST, test, status, kind
);
CREATE INDEX orders_total ON orders (
    seller, total NULLS FIRST, id NULLS FIRST, test, deleted, created
);
CREATE INDEX orders_customer_total ON orders (
    seller, customer, total NULLS FIRST, id NULLS FIRST, test
);
CREATE INDEX orders_status ON orders (
    seller, status, created NULLS FIRST, id NULLS FIRST, test
);
CREATE INDEX orders_modified ON orders (seller, modified NULLS FIRST, id NULLS FIRST, test);
CREATE INDEX orders_name ON orders (seller, name NULLS FIRST, id NULLS FIRST, test);
CREATE INDEX orders_number ON orders (seller, number NULLS FIRST, id NULLS FIRST, test);
CREATE INDEX orders_po_number ON orders (seller, po_number, id, test)
WHERE po_number IS NOT NULL;
CREATE INDEX orders_invoice_number ON orders (seller, invoice_number, id, test)
WHERE invoice_number IS NOT NULL;

CREATE TABLE order_references (
    seller BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    dialect TEXT COLLATE "C" NOT NULL,
    order_id BIGINT NOT NULL,
    PRIMARY KEY (seller, name, dialect),
    FOREIGN KEY (seller, order_id) REFERENCES orders (seller, id)
);
CREATE INDEX order_references_order ON order_references (seller, order_id, dialect);

-- A link to an order that is not here yet has no target, and a row for each of its names; the
-- seller's own number is the one without a dialect.
CREATE TABLE order_links (
    seller BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    dialect TEXT COLLATE "C" NOT NULL,
    target BIGINT,
    PRIMARY KEY (seller, order_id, position, name, dialect),
    FOREIGN KEY (seller, order_id) REFERENCES orders (seller, id),
    FOREIGN KEY (seller, target) REFERENCES orders (seller, id)
);
CREATE INDEX order_links_target ON order_links (seller, target) WHERE target IS NOT NULL;
CREATE INDEX order_links_name ON order_links (seller, name, dialect) WHERE target IS NULL;

CREATE TABLE order_events (
    seller BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    who TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (seller, order_id, version),
    FOREIGN KEY (seller, order_id) REFERENCES orders (seller, id)
);

CREATE TABLE products (
    seller BIGINT NOT NULL REFERENCES sellers (id),
    sku TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    document JSONB NOT NULL,
    PRIMARY KEY (seller, sku)
);

-- Its key does not begin with the seller: whose a key is, is what it is asked for.
CREATE TABLE credentials (
    dialect TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    seller BIGINT NOT NULL REFERENCES sellers (id),
    id TEXT COLLATE "C" NOT NULL,
    expires BIGINT,
    document JSONB NOT NULL,
    PRIMARY KEY (dialect, kind, fingerprint)
);
CREATE UNIQUE INDEX credentials_id ON credentials (dialect, id) WHERE kind = 'key';
CREATE INDEX credentials_seller ON credentials (seller, dialect, id);
CREATE INDEX credentials_expires ON credentials (seller, expires) WHERE kind <> 'key';

-- The first answers to requests that may be repeated. The customer is the caller's, 0 for none.
CREATE TABLE answers (
    seller BIGINT NOT NULL REFERENCES sellers (id),
    customer BIGINT NOT NULL,
    dialect TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    asked TEXT COLLATE "C" NOT NULL,
    answer BYTEA NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (seller, customer, dialect, key)
);
CREATE INDEX answers_expires ON answers (seller, expires);

-- How often something was done until a moment at which it is counted anew.
CREATE TABLE tallies (
    seller BIGINT NOT NULL REFERENCES sellers (id),
    until BIGINT NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (seller, until, what)
);

-- What the hub itself has to remember of a seller's business: how far a pull has come, what was put
-- aside on the way, what is being sent to a vendor.
CREATE TABLE notes (
    seller BIGINT NOT NULL REFERENCES sellers (id),
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    document BYTEA NOT NULL,
    PRIMARY KEY (seller, kind, name)
);
