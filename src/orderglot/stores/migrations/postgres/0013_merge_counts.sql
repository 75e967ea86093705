-- Deltas of a seller go into the counts, as one call, for the same reason as orders are written by one.
-- beside: 11
-- quick:
CREATE FUNCTION merge_counts_1(whose BIGINT, most BIGINT) RETURNS BIGINT LANGUAGE plpgsql AS $$
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
        SELECT d.axis, d.bucket, d.test, d.gone, d.kind, d.status, d.own_status, sum(d.orders) AS more
        FROM order_count_deltas AS d WHERE d.seller = whose AND d.id = ANY (taken)
        GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(d.orders) <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7
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
