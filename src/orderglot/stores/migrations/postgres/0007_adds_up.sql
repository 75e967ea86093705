-- Whether an order adds up, in words: worked out when it is written. Orders of before have nothing
-- there until they are written again; no row is touched here.
-- quick:
ALTER TABLE orders ADD COLUMN adds_up TEXT COLLATE "C";
