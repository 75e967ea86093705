-- An event may speak of another order as well: the one that this one may double. And of one version
-- more than one thing can be said, such as that the request which made it came again.
CREATE TABLE order_events_anew (
    seller INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    who TEXT NOT NULL,
    other INTEGER,
    PRIMARY KEY (seller, order_id, version, at, what),
    FOREIGN KEY (seller, order_id) REFERENCES orders (seller, id)
) WITHOUT ROWID;
INSERT INTO order_events_anew (seller, order_id, version, at, what, who)
SELECT seller, order_id, version, at, what, who FROM order_events;
DROP TABLE order_events;
ALTER TABLE order_events_anew RENAME TO order_events;
CREATE INDEX order_events_other ON order_events (seller, order_id) WHERE other IS NOT NULL;
