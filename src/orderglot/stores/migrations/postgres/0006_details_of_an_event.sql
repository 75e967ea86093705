-- What else an event says, as JSON: what a client sent beyond the shapes that we know.
-- quick:
ALTER TABLE order_events ADD COLUMN details TEXT;
