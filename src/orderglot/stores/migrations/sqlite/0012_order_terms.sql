-- What orders are found by of which they have any number: SKUs, tracking numbers. Each row begins with the
-- field that it is of, and those of one term stand in the order in which lists are by default.
CREATE TABLE order_terms (
    seller INTEGER NOT NULL,
    term TEXT NOT NULL,
    created INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    PRIMARY KEY (seller, term, created, order_id)
) WITHOUT ROWID;

-- What the terms have to be, of the orders as they are; a document that is damaged has none.
CREATE VIEW terms_of_orders AS
SELECT DISTINCT seller, field || ' ' || value AS term, created, order_id FROM (
    SELECT o.seller, 'lines.sku' AS field, json_extract(l.value, '$.sku') AS value, o.created,
        o.id AS order_id
    FROM orders AS o
    CROSS JOIN json_each(CASE WHEN json_valid(o.document) THEN o.document END, '$.lines') AS l
    WHERE l.type = 'object'
    UNION ALL
    SELECT o.seller, 'details.shipments.tracking', json_extract(s.value, '$.tracking'), o.created, o.id
    FROM orders AS o
    CROSS JOIN
        json_each(CASE WHEN json_valid(o.document) THEN o.document END, '$.details.shipments') AS s
    WHERE s.type = 'object'
    UNION ALL
    SELECT o.seller, 'shipping.tracking',
        json_extract(CASE WHEN json_valid(o.document) THEN o.document END, '$.shipping.tracking'),
        o.created, o.id
    FROM orders AS o
)
WHERE length(value) BETWEEN 1 AND 255;

INSERT INTO order_terms SELECT * FROM terms_of_orders;

-- What else customers and products are looked for by.
CREATE INDEX customers_name ON customers (seller, nullif(json_extract(document, '$.name'), ''), id);
CREATE INDEX products_upc ON products (seller, nullif(json_extract(document, '$.upc'), ''));
CREATE INDEX products_title ON products (seller, nullif(json_extract(document, '$.title'), ''));

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('order_terms', 'order_terms', '300000 300000 100 2 1'),
    ('customers', 'customers_name', '10000 10000 5 1'),
    ('products', 'products_upc', '10000 10000 2 1'),
    ('products', 'products_title', '10000 10000 2 1');
