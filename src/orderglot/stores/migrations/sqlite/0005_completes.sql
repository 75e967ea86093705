-- When an order is complete by itself, as long as that is not over and done with; in an index of the
-- few orders for which it is not.
ALTER TABLE orders ADD COLUMN completes INTEGER;
CREATE INDEX orders_completes ON orders (seller, status, completes, id, test, deleted)
WHERE completes IS NOT NULL;
