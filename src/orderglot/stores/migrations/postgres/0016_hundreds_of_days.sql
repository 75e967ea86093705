-- Counts by hundreds of days, too: a page in the middle of centuries is found by these, and by the days of one of
-- them. They stand among the counts, under an axis of their own; the deltas stay as they are. Whose are kept, and
-- are right, says counted_sellers, once no program is left that merges without them.
-- beside: 11
-- quick:
ALTER TABLE counted_sellers ADD COLUMN hundreds BIGINT NOT NULL DEFAULT 0;

CREATE FUNCTION merge_counts_2(whose BIGINT, most BIGINT) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
    n RECORD;
    taken BIGINT[];
BEGIN
    -- What others are merging just now is left to them; what is left over, to a later merger.
    SELECT array_agg(l.id) INTO taken FROM (
        SELECT d.id FROM order_count_deltas AS d WHERE d.seller = whose LIMIT most
        FOR UPDATE SKIP LOCKED
    ) AS l;
    IF taken IS NULL THEN
        RETURN 0;
    END IF;
    -- In one order for all, so that two who merge at once only ever wait for each other.
    FOR n IN
        SELECT m.axis, m.bucket, m.test, m.gone, m.kind, m.status, m.own_status, sum(m.orders) AS more
        FROM (
            SELECT d.axis, d.bucket, d.test, d.gone, d.kind, d.status, d.own_status, d.orders
            FROM order_count_deltas AS d WHERE d.seller = whose AND d.id = ANY (taken)
            UNION ALL
            SELECT 'hundreds', d.bucket / 100, d.test, d.gone, d.kind, d.status, d.own_status, d.orders
            FROM order_count_deltas AS d WHERE d.seller = whose AND d.id = ANY (taken)
            AND d.axis = 'created' AND d.bucket >= 0
        ) AS m
        GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(m.orders) <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7
    LOOP
        INSERT INTO order_counts AS c (
            seller, axis, bucket, test, gone, kind, status, own_status, orders
        ) VALUES (whose, n.axis, n.bucket, n.test, n.gone, n.kind, n.status, n.own_status, n.more)
        ON CONFLICT (seller, axis, bucket, test, gone, kind, status, own_status)
        DO UPDATE SET orders = c.orders + excluded.orders;
        IF n.more < 0 THEN
            DELETE FROM order_counts AS c WHERE c.seller = whose AND c.axis = n.axis
            AND c.bucket = n.bucket AND c.test = n.test AND c.gone = n.gone AND c.kind = n.kind
            AND c.status = n.status AND c.own_status = n.own_status AND c.orders = 0;
        END IF;
    END LOOP;
    DELETE FROM order_count_deltas AS d WHERE d.seller = whose AND d.id = ANY (taken);
    RETURN cardinality(taken);
END
$$;
