-- When an order is complete by itself, as long as that is not over and done with; in an index of the
-- few orders for which it is not.
-- quick:
ALTER TABLE orders ADD COLUMN completes BIGINT;
-- concurrent:
CREATE INDEX orders_completes ON orders (
    seller, status, completes NULLS FIRST, id NULLS FIRST, test, deleted
) WHERE completes IS NOT NULL;
