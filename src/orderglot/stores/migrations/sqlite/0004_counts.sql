-- The number of the status that an order was given at a site with several of one meaning: nothing,
-- a whole number, or the least of all where what it was given is no whole number.
ALTER TABLE orders ADD COLUMN own_status INTEGER;
UPDATE orders
SET own_status = CASE
    WHEN json_type(document, '$.extras."catalyst.statusTypeId"') IN ('integer', 'real')
    AND json_extract(document, '$.extras."catalyst.statusTypeId"')
        = CAST(json_extract(document, '$.extras."catalyst.statusTypeId"') AS INTEGER)
    AND abs(json_extract(document, '$.extras."catalyst.statusTypeId"')) < 9e18
    THEN CAST(json_extract(document, '$.extras."catalyst.statusTypeId"') AS INTEGER)
    ELSE -9223372036854775808 END
WHERE instr(document, '"catalyst.statusTypeId"') > 0
AND coalesce(json_extract(document, '$.extras."catalyst.statusTypeId"'), '') <> '';

-- How many orders there are of each kind of thing that lists leave out or ask for, by the day they
-- were created and by the size of their total. Whoever counts a range of days or totals adds these
-- up and looks at single orders only where the range begins and ends.
--
-- A day counts from the year 1. The size of a total is its number of digits, in millionths, and
-- its first two digits: 40.00 to 40.99 are 840. Without a total it is the least number of all.
CREATE TABLE order_counts (
    seller INTEGER NOT NULL,
    axis TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    test INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    own_status INTEGER NOT NULL,
    orders INTEGER NOT NULL,
    PRIMARY KEY (seller, axis, bucket, test, gone, kind, status, own_status)
) WITHOUT ROWID;

-- The counts under the names that the orders themselves have for the same.
CREATE VIEW counted_orders AS
SELECT seller, axis, bucket, test, nullif(gone, 0) AS deleted, kind, status,
    nullif(own_status, -9223372036854775807) AS own_status, orders
FROM order_counts;

-- What the counts have to be, of the orders as they are.
CREATE VIEW recounted_orders AS
SELECT seller, 'created' AS axis, (created + 62135596800000000) / 86400000000 AS bucket, test,
    deleted IS NOT NULL AS gone, kind, status,
    coalesce(own_status, -9223372036854775807) AS own_status, count(*) AS orders
FROM orders GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
UNION ALL
SELECT seller, 'total', CASE
        WHEN total IS NULL THEN -9223372036854775808
        WHEN total < 0 THEN -length(total) * 100 + 100 - CAST(substr(total, 2, 2) AS INTEGER)
        WHEN total = 0 THEN 0
        ELSE length(total) * 100 + CAST(substr(total, 1, 2) AS INTEGER)
    END,
    test, deleted IS NOT NULL, kind, status, coalesce(own_status, -9223372036854775807), count(*)
FROM orders GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;

INSERT INTO order_counts SELECT * FROM recounted_orders;

-- The indexes again: now each also ends with what tells whether an order was deleted, and those by
-- time with the number of the status, so that skipping and counting read the index alone.
DROP INDEX orders_created;
DROP INDEX orders_customer;
DROP INDEX orders_total;
DROP INDEX orders_customer_total;
DROP INDEX orders_status;
DROP INDEX orders_modified;
DROP INDEX orders_name;
DROP INDEX orders_number;
CREATE INDEX orders_created
ON orders (seller, created, id, test, deleted, status, kind, total, own_status);
CREATE INDEX orders_customer
ON orders (seller, customer, created, id, test, deleted, status, kind, total, own_status);
CREATE INDEX orders_total ON orders (seller, total, id, test, deleted, created, status);
CREATE INDEX orders_customer_total ON orders (seller, customer, total, id, test, deleted);
CREATE INDEX orders_status ON orders (seller, status, created, id, test, deleted, own_status, kind);
CREATE INDEX orders_own_status ON orders (seller, own_status, created, id, test, deleted, status)
WHERE own_status IS NOT NULL;
CREATE INDEX orders_modified ON orders (seller, modified, id, test, deleted, status);
CREATE INDEX orders_name ON orders (seller, name, id, test, deleted);
CREATE INDEX orders_number ON orders (seller, number, id, test, deleted);

-- What is commonly asked of a customer's record.
CREATE INDEX customers_last_name
ON customers (seller, nullif(json_extract(document, '$.last_name'), ''), id);
CREATE INDEX customers_email ON customers (seller, nullif(json_extract(document, '$.email'), ''), id);
CREATE INDEX customers_company
ON customers (seller, nullif(json_extract(document, '$.bill_to.company'), ''), id);

DELETE FROM sqlite_stat1 WHERE idx IN (
    'orders_created', 'orders_customer', 'orders_total', 'orders_customer_total', 'orders_status',
    'orders_modified', 'orders_name', 'orders_number'
);
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('orders', 'orders_created', '100000 100000 2 1 1 1 1'),
    ('orders', 'orders_customer', '100000 100000 50 1 1 1 1 1'),
    ('orders', 'orders_total', '100000 100000 10 1 1'),
    ('orders', 'orders_customer_total', '100000 100000 50 2 1 1'),
    ('orders', 'orders_status', '100000 100000 20000 2 1 1'),
    ('orders', 'orders_own_status', '100000 100000 1000 2 1 1'),
    ('orders', 'orders_modified', '100000 100000 2 1 1'),
    ('orders', 'orders_name', '100000 100000 10 1 1'),
    ('orders', 'orders_number', '100000 100000 2 1 1'),
    ('customers', 'customers_last_name', '10000 10000 5 1'),
    ('customers', 'customers_email', '10000 10000 2 1'),
    ('customers', 'customers_company', '10000 10000 5 1');
