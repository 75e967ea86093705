-- The number of the status that an order was given at a site with several of one meaning: nothing,
-- a whole number, or the least of all where what it was given is no whole number.
-- quick:
ALTER TABLE orders ADD COLUMN own_status BIGINT;

-- batched orders (seller, id):
UPDATE orders
SET own_status = CASE
    WHEN jsonb_typeof(document #> '{extras,catalyst.statusTypeId}') <> 'number'
    THEN -9223372036854775808
    WHEN (document #>> '{extras,catalyst.statusTypeId}')::numeric % 1 = 0
    AND abs((document #>> '{extras,catalyst.statusTypeId}')::numeric) < 9223372036854775807
    THEN (document #>> '{extras,catalyst.statusTypeId}')::numeric::bigint
    ELSE -9223372036854775808 END
WHERE coalesce(document #>> '{extras,catalyst.statusTypeId}', '') <> '';

-- The indexes again: now each also ends with what tells whether an order was deleted, and those by
-- time with the number of the status, so that skipping and counting read the index alone.
-- replaced:
CREATE INDEX orders_created ON orders (
    seller, created NULLS FIRST, id NULLS FIRST, test, deleted, status, kind, total, own_status
);
CREATE INDEX orders_customer ON orders (
    seller, customer, created NULLS FIRST, id NULLS FIRST, test, deleted, status, kind, total,
    own_status
);
CREATE INDEX orders_customer_total ON orders (
    seller, customer, total NULLS FIRST, id NULLS FIRST, test, deleted
);
CREATE INDEX orders_status ON orders (
    seller, status, created NULLS FIRST, id NULLS FIRST, test, deleted, own_status, kind
);
CREATE INDEX orders_modified ON orders (
    seller, modified NULLS FIRST, id NULLS FIRST, test, deleted, status
);
CREATE INDEX orders_name ON orders (seller, name NULLS FIRST, id NULLS FIRST, test, deleted);
CREATE INDEX orders_number ON orders (seller, number NULLS FIRST, id NULLS FIRST, test, deleted);

-- concurrent:
CREATE INDEX orders_own_status ON orders (
    seller, own_status, created NULLS FIRST, id NULLS FIRST, test, deleted, status
) WHERE own_status IS NOT NULL;

-- What is commonly asked of a customer's record.
CREATE INDEX customers_last_name
ON customers (seller, (nullif(document #>> '{last_name}', '') COLLATE "C"), id);
CREATE INDEX customers_email
ON customers (seller, (nullif(document #>> '{email}', '') COLLATE "C"), id);
CREATE INDEX customers_company
ON customers (seller, (nullif(document #>> '{bill_to,company}', '') COLLATE "C"), id);
