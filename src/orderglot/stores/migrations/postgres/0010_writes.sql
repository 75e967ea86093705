-- How often somebody was about to begin to go by an id that was handed out already: who adds a thing
-- meanwhile waits for that, and looks again. It is of no use to a copy.
-- quick:
ALTER TABLE sequences ADD COLUMN claims BIGINT NOT NULL DEFAULT 0;

-- Room beside each order for its next version: a change that no index shows stays in its page.
ALTER TABLE orders SET (fillfactor = 85);

-- Fewer and narrower indexes, for each change of an order writes an entry into every one of them.
-- The key of the table finds what orders_id did, and orders_customer what orders_customer_total did.
-- concurrent:
DROP INDEX orders_id;
DROP INDEX orders_customer_total;

-- Rows that were written lately have to be looked up in the table in any case. So what tells whether an
-- order is in sight stands only where many orders are skipped.
-- replaced:
CREATE INDEX orders_created ON orders (
    seller, created NULLS FIRST, id NULLS FIRST, test, deleted, status, kind
);
CREATE INDEX orders_customer ON orders (
    seller, customer, created NULLS FIRST, id NULLS FIRST, test, deleted, status, kind, total
);
CREATE INDEX orders_total ON orders (
    seller, total NULLS FIRST, id NULLS FIRST, test, deleted
);
CREATE INDEX orders_modified ON orders (seller, modified NULLS FIRST, id NULLS FIRST);
CREATE INDEX orders_name ON orders (seller, name NULLS FIRST, id NULLS FIRST);
CREATE INDEX orders_number ON orders (seller, number NULLS FIRST, id NULLS FIRST);
CREATE INDEX orders_po_number ON orders (seller, po_number, id) WHERE po_number IS NOT NULL;
CREATE INDEX orders_invoice_number ON orders (seller, invoice_number, id)
WHERE invoice_number IS NOT NULL;
