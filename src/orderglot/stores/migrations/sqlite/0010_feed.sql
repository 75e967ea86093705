-- An event has a number in its seller's feed, and says why something was done, and by which request.
ALTER TABLE order_events ADD COLUMN sequence INTEGER;
ALTER TABLE order_events ADD COLUMN why TEXT NOT NULL DEFAULT '';
ALTER TABLE order_events ADD COLUMN exchange TEXT NOT NULL DEFAULT '';

-- What the numbers have to be of events that have none: by time, but none before those of the same
-- order's earlier versions, for the clock may have gone back in between.
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

UPDATE order_events AS e SET sequence = n.sequence FROM numbers_of_events AS n
WHERE e.seller = n.seller AND e.order_id = n.order_id AND e.version = n.version AND e.at = n.at
AND e.what = n.what;
INSERT INTO sequences (seller, thing, next)
SELECT seller, 'event', max(sequence) + 1 FROM order_events GROUP BY seller;

CREATE UNIQUE INDEX order_events_sequence ON order_events (seller, sequence)
WHERE sequence IS NOT NULL;
