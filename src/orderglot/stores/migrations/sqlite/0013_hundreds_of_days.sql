-- Counts by hundreds of days, too: a page in the middle of centuries is found by these, and by the days of one of
-- them. They stand among the counts, under an axis of their own.
DROP VIEW recounted_orders;
CREATE VIEW recounted_orders AS
SELECT seller, 'created' AS axis, (created + 62135596800000000) / 86400000000 AS bucket, test,
    deleted IS NOT NULL AS gone, kind, status,
    coalesce(own_status, -9223372036854775807) AS own_status, count(*) AS orders
FROM orders GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
UNION ALL
SELECT seller, 'hundreds', (created + 62135596800000000) / 8640000000000, test,
    deleted IS NOT NULL, kind, status, coalesce(own_status, -9223372036854775807), count(*)
FROM orders WHERE created >= -62135596800000000 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
UNION ALL
SELECT seller, 'total', CASE
        WHEN total IS NULL THEN -9223372036854775808
        WHEN total < 0 THEN -length(total) * 100 + 100 - CAST(substr(total, 2, 2) AS INTEGER)
        WHEN total = 0 THEN 0
        ELSE length(total) * 100 + CAST(substr(total, 1, 2) AS INTEGER)
    END,
    test, deleted IS NOT NULL, kind, status, coalesce(own_status, -9223372036854775807), count(*)
FROM orders GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;

INSERT INTO order_counts
SELECT seller, 'hundreds', bucket / 100, test, gone, kind, status, own_status, sum(orders)
FROM order_counts WHERE axis = 'created' AND bucket >= 0 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
