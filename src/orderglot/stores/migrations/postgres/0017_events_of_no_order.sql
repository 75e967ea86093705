-- An event may be of no order: a pull that failed, say. Then its order is 0, and there is no order of that id.
-- beside: 12
-- quick:
ALTER TABLE order_events DROP CONSTRAINT IF EXISTS order_events_seller_order_id_fkey;
