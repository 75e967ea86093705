-- An event may speak of another order as well: the one that this one may double. And of one version
-- more than one thing can be said, such as that the request which made it came again.
-- quick:
ALTER TABLE order_events ADD COLUMN other BIGINT;

-- concurrent:
CREATE UNIQUE INDEX order_events_key ON order_events (seller, order_id, version, at, what);

-- quick:
ALTER TABLE order_events DROP CONSTRAINT order_events_pkey,
ADD CONSTRAINT order_events_pkey PRIMARY KEY USING INDEX order_events_key;

-- concurrent:
CREATE INDEX order_events_other ON order_events (seller, order_id) WHERE other IS NOT NULL;
