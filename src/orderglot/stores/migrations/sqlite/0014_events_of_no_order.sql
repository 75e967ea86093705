-- An event may be of no order: a pull that failed, say. Then its order is 0, and there is no order of that id.
DROP VIEW numbers_of_events;
CREATE TABLE order_events_anew (
    seller INTEGER NOT NULL REFERENCES sellers (id),
    order_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    who TEXT NOT NULL,
    other INTEGER,
    details TEXT,
    sequence INTEGER,
    why TEXT NOT NULL DEFAULT '',
    exchange TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (seller, order_id, version, at, what)
) WITHOUT ROWID;
INSERT INTO order_events_anew
SELECT seller, order_id, version, at, what, who, other, details, sequence, why, exchange FROM order_events;
DROP TABLE order_events;
ALTER TABLE order_events_anew RENAME TO order_events;
CREATE INDEX order_events_other ON order_events (seller, order_id) WHERE other IS NOT NULL;
CREATE UNIQUE INDEX order_events_sequence ON order_events (seller, sequence)
WHERE sequence IS NOT NULL;
CREATE VIEW numbers_of_events AS
SELECT e.seller, e.order_id, e.version, e.at, e.what,
    coalesce((SELECT s.next FROM sequences AS s WHERE s.seller = e.seller AND s.thing = 'event'), 1)
        - 1 + row_number() OVER (
            PARTITION BY e.seller ORDER BY e.since, e.order_id, e.version, e.at, e.what
        ) AS sequence
FROM (
    SELECT seller, order_id, version, at, what,
        max(at) OVER (PARTITION BY seller, order_id ORDER BY version, at, what) AS since
    FROM order_events WHERE sequence IS NULL
) AS e;
