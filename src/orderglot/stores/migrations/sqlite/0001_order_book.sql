-- The order book: one seller's rows stand together. Every key and every index begins with the
-- seller, so that each of them could live on a machine of its own.

CREATE TABLE sellers (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    name TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL
);

-- Which numbers the hub has not handed out yet.
CREATE TABLE sequences (
    seller INTEGER NOT NULL REFERENCES sellers (id),
    thing TEXT NOT NULL,
    next INTEGER NOT NULL,
    PRIMARY KEY (seller, thing)
) WITHOUT ROWID;

CREATE TABLE customers (
    seller INTEGER NOT NULL REFERENCES sellers (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    number TEXT,
    document TEXT NOT NULL,
    PRIMARY KEY (seller, id)
);
CREATE UNIQUE INDEX customers_number ON customers (seller, number) WHERE number IS NOT NULL;

-- The name comes before the dialect: so one index also tells whether any dialect uses it.
CREATE TABLE customer_references (
    seller INTEGER NOT NULL,
    name TEXT NOT NULL,
    dialect TEXT NOT NULL,
    customer INTEGER NOT NULL,
    PRIMARY KEY (seller, name, dialect),
    FOREIGN KEY (seller, customer) REFERENCES customers (seller, id)
) WITHOUT ROWID;
CREATE INDEX customer_references_customer ON customer_references (seller, customer, dialect);

-- The document is the order; the columns before it are what is filtered, sorted or joined on.
-- Amounts are millionths, instants microseconds since 1970, and nothing is NULL.
CREATE TABLE orders (
    seller INTEGER NOT NULL REFERENCES sellers (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    test INTEGER NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    customer INTEGER,
    number TEXT,
    name TEXT,
    po_number TEXT,
    invoice_number TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    deleted INTEGER,
    currency TEXT,
    total INTEGER,
    lines INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (seller, id),
    FOREIGN KEY (seller, customer) REFERENCES customers (seller, id)
);
-- Each index ends with what decides whether an order is in sight and what is commonly asked
-- beside its first columns, so that skipping to a page reads the index alone.
CREATE INDEX orders_id ON orders (seller, test, id, deleted);
CREATE INDEX orders_created ON orders (seller, created, id, test, status, kind, deleted, total);
CREATE INDEX orders_customer ON orders (seller, customer, created, id, test, status, kind);
CREATE INDEX orders_total ON orders (seller, total, id, test, deleted, created);
CREATE INDEX orders_customer_total ON orders (seller, customer, total, id, test);
CREATE INDEX orders_status ON orders (seller, status, created, id, test);
CREATE INDEX orders_modified ON orders (seller, modified, id, test);
CREATE INDEX orders_name ON orders (seller, name, id, test);
CREATE INDEX orders_number ON orders (seller, number, id, test);
CREATE INDEX orders_po_number ON orders (seller, po_number, id, test)
WHERE po_number IS NOT NULL;
CREATE INDEX orders_invoice_number ON orders (seller, invoice_number, id, test)
WHERE invoice_number IS NOT NULL;

CREATE TABLE order_references (
    seller INTEGER NOT NULL,
    name TEXT NOT NULL,
    dialect TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    PRIMARY KEY (seller, name, dialect),
    FOREIGN KEY (seller, order_id) REFERENCES orders (seller, id)
) WITHOUT ROWID;
CREATE INDEX order_references_order ON order_references (seller, order_id, dialect);

-- A link to an order that is not here yet has no target, and a row for each of its names; the
-- seller's own number is the one without a dialect.
CREATE TABLE order_links (
    seller INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    dialect TEXT NOT NULL,
    target INTEGER,
    PRIMARY KEY (seller, order_id, position, name, dialect),
    FOREIGN KEY (seller, order_id) REFERENCES orders (seller, id),
    FOREIGN KEY (seller, target) REFERENCES orders (seller, id)
) WITHOUT ROWID;
CREATE INDEX order_links_target ON order_links (seller, target) WHERE target IS NOT NULL;
CREATE INDEX order_links_name ON order_links (seller, name, dialect) WHERE target IS NULL;

CREATE TABLE order_events (
    seller INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (seller, order_id, version),
    FOREIGN KEY (seller, order_id) REFERENCES orders (seller, id)
) WITHOUT ROWID;

CREATE TABLE products (
    seller INTEGER NOT NULL REFERENCES sellers (id),
    sku TEXT NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (seller, sku)
) WITHOUT ROWID;

-- The one table whose key does not begin with the seller: whose a key is, is what it is asked for.
CREATE TABLE credentials (
    dialect TEXT NOT NULL,
    kind TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    seller INTEGER NOT NULL REFERENCES sellers (id),
    id TEXT NOT NULL,
    expires INTEGER,
    document TEXT NOT NULL,
    PRIMARY KEY (dialect, kind, fingerprint)
) WITHOUT ROWID;
CREATE UNIQUE INDEX credentials_id ON credentials (dialect, id) WHERE kind = 'key';
CREATE INDEX credentials_seller ON credentials (seller, dialect, id);
CREATE INDEX credentials_expires ON credentials (seller, expires) WHERE kind <> 'key';

-- The first answers to requests that may be repeated. The customer is the caller's, 0 for none.
CREATE TABLE answers (
    seller INTEGER NOT NULL REFERENCES sellers (id),
    customer INTEGER NOT NULL,
    dialect TEXT NOT NULL,
    key TEXT NOT NULL,
    asked TEXT NOT NULL,
    answer BLOB NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (seller, customer, dialect, key)
);
CREATE INDEX answers_expires ON answers (seller, expires);

-- What the planner is to expect of a grown book: how many rows there are, and how many share the
-- first one, two, three … columns of each index. Without this it takes a seller for a handful of
-- orders. It is written down rather than measured so that plans never change overnight.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('orders', 'sqlite_autoindex_orders_1', '100000 100000 1'),
    ('orders', 'orders_id', '100000 100000 90000 1'),
    ('orders', 'orders_created', '100000 100000 2 1 1 1 1'),
    ('orders', 'orders_customer', '100000 100000 50 1 1 1 1 1'),
    ('orders', 'orders_total', '100000 100000 10 1 1'),
    ('orders', 'orders_customer_total', '100000 100000 50 2 1 1'),
    ('orders', 'orders_status', '100000 100000 20000 2 1 1'),
    ('orders', 'orders_modified', '100000 100000 2 1 1'),
    ('orders', 'orders_name', '100000 100000 10 1 1'),
    ('orders', 'orders_number', '100000 100000 2 1 1'),
    ('orders', 'orders_po_number', '100000 100000 2 1 1'),
    ('orders', 'orders_invoice_number', '100000 100000 2 1 1'),
    ('order_references', 'sqlite_autoindex_order_references_1', '100000 100000 1 1'),
    ('order_references', 'order_references_order', '100000 100000 1 1 1'),
    ('customers', 'sqlite_autoindex_customers_1', '10000 10000 1'),
    ('customers', 'customers_number', '10000 10000 1');
