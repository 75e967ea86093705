-- What orders are found by of which they have any number: SKUs, tracking numbers. Each row begins with the
-- field that it is of, and those of one term stand in the order in which lists are by default. All of it is
-- worked out of the orders, and never copied.
--
-- The function by which orders are written is replaced, with the parameters that it had: so programs of before,
-- which know nothing of the rows, write them as well.
-- beside: 12
-- quick:
CREATE TABLE order_terms (
    seller BIGINT NOT NULL,
    term TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    order_id BIGINT NOT NULL
);

-- On a cluster, where the orders are spread already.
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        IF EXISTS (
            SELECT 1 FROM citus_tables
            WHERE table_name = 'orders'::regclass AND citus_table_type = 'distributed'
        ) THEN
            PERFORM create_distributed_table('order_terms', 'seller', colocate_with => 'orders');
        END IF;
    END IF;
END
$$;

-- What a cluster plans of this is planned once, but for what is read under a condition on random(), which is as true:
-- without that Citus 13 would plan it each time, and keep each of the plans. What is deleted may have no such condition.
CREATE OR REPLACE FUNCTION write_orders_1(
    whose BIGINT,
    claimed BIGINT,
    expected_customers TEXT,
    expected_orders TEXT,
    likenesses TEXT,
    added TEXT,
    changed TEXT,
    named TEXT,
    linked TEXT,
    deltas TEXT,
    happened TEXT,
    answered TEXT,
    expired BIGINT
) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
    ids TEXT[];
    n RECORD;
    kept RECORD;
    gone TEXT[];
    there TEXT[];
BEGIN
    <<steps>>
    BEGIN
        IF changed IS NOT NULL THEN
            FOR n IN SELECT * FROM jsonb_to_recordset(changed::jsonb) AS e(
                id BIGINT, kept BIGINT, created BIGINT, document JSONB
            )
            LOOP
                SELECT o.created, o.document INTO kept FROM orders AS o
                WHERE o.seller = whose AND o.id = n.id AND o.version = n.kept AND random() >= 0;
                -- Whose version has moved is found out below.
                CONTINUE WHEN NOT FOUND;
                gone := ARRAY(
                    SELECT DISTINCT t.field || ' ' || t.value FROM (
                        SELECT 'lines.sku' AS field, v #>> '{}' AS value
                        FROM jsonb_path_query(kept.document, '$.lines[*].sku') AS v
                        UNION ALL
                        SELECT 'details.shipments.tracking', v #>> '{}'
                        FROM jsonb_path_query(kept.document, '$.details.shipments[*].tracking') AS v
                        UNION ALL
                        SELECT 'shipping.tracking', kept.document #>> '{shipping,tracking}'
                    ) AS t WHERE length(t.value) BETWEEN 1 AND 255 ORDER BY 1
                );
                there := ARRAY(
                    SELECT DISTINCT t.field || ' ' || t.value FROM (
                        SELECT 'lines.sku' AS field, v #>> '{}' AS value
                        FROM jsonb_path_query(n.document, '$.lines[*].sku') AS v
                        UNION ALL
                        SELECT 'details.shipments.tracking', v #>> '{}'
                        FROM jsonb_path_query(n.document, '$.details.shipments[*].tracking') AS v
                        UNION ALL
                        SELECT 'shipping.tracking', n.document #>> '{shipping,tracking}'
                    ) AS t WHERE length(t.value) BETWEEN 1 AND 255 ORDER BY 1
                );
                CONTINUE WHEN kept.created = n.created AND gone = there;
                DELETE FROM order_terms AS t WHERE t.seller = whose AND t.term = ANY (gone)
                AND t.created = kept.created AND t.order_id = n.id;
                INSERT INTO order_terms (seller, term, created, order_id)
                SELECT whose, one, n.created, n.id FROM unnest(there) AS one;
            END LOOP;
        END IF;

        IF coalesce(expected_customers, expected_orders, likenesses, changed, answered) IS NOT NULL
            OR claimed IS NOT NULL
        THEN
            PERFORM write_beside_orders_1(
                whose, claimed, expected_customers, expected_orders, likenesses, changed, answered, expired
            );
        END IF;

        IF added IS NOT NULL THEN
            -- Whoever claims ids is waited for, and from here on what they wrote can be seen.
            PERFORM 1 FROM sequences AS q
            WHERE q.seller = whose AND q.thing = 'order' AND random() >= 0 FOR KEY SHARE;
            EXIT steps WHEN NOT FOUND;
            ids := ARRAY(SELECT e ->> 'id' FROM jsonb_array_elements(added::jsonb) AS e);
            PERFORM 1 FROM order_references AS r WHERE r.seller = whose AND r.name = ANY (ids)
            AND r.name <> r.order_id::text AND position('@' IN r.dialect) = 0 AND random() >= 0;
            EXIT steps WHEN FOUND;
            INSERT INTO orders (
                seller, id, version, test, kind, status, number, name, po_number, created, modified,
                deleted, completes, currency, customer, invoice_number, total, own_status, adds_up, lines,
                document
            )
            SELECT whose, e.id, e.version, e.test, e.kind, e.status, e.number, e.name, e.po_number,
                e.created, e.modified, e.deleted, e.completes, e.currency, e.customer, e.invoice_number,
                e.total, e.own_status, e.adds_up, e.lines, e.document
            FROM jsonb_to_recordset(added::jsonb) AS e(
                id BIGINT, version BIGINT, test BIGINT, kind TEXT, status TEXT, number TEXT, name TEXT,
                po_number TEXT, created BIGINT, modified BIGINT, deleted BIGINT, completes BIGINT,
                currency TEXT, customer BIGINT, invoice_number TEXT, total BIGINT, own_status BIGINT,
                adds_up TEXT, lines BIGINT, document JSONB
            );
            INSERT INTO order_terms (seller, term, created, order_id)
            SELECT DISTINCT whose, t.field || ' ' || t.value, e.created, e.id
            FROM jsonb_to_recordset(added::jsonb) AS e(id BIGINT, created BIGINT, document JSONB),
                LATERAL (
                    SELECT 'lines.sku' AS field, v #>> '{}' AS value
                    FROM jsonb_path_query(e.document, '$.lines[*].sku') AS v
                    UNION ALL
                    SELECT 'details.shipments.tracking', v #>> '{}'
                    FROM jsonb_path_query(e.document, '$.details.shipments[*].tracking') AS v
                    UNION ALL
                    SELECT 'shipping.tracking', e.document #>> '{shipping,tracking}'
                ) AS t WHERE length(t.value) BETWEEN 1 AND 255;
        END IF;

        IF named IS NOT NULL THEN
            INSERT INTO order_references (seller, name, dialect, order_id)
            SELECT whose, e.name, e.dialect, e.order_id FROM jsonb_to_recordset(named::jsonb)
            AS e(order_id BIGINT, name TEXT, dialect TEXT);
        END IF;

        IF linked IS NOT NULL THEN
            INSERT INTO order_links (seller, order_id, position, name, dialect, target)
            SELECT whose, e.order_id, e.position, e.name, e.dialect, e.target
            FROM jsonb_to_recordset(linked::jsonb)
            AS e(order_id BIGINT, position BIGINT, name TEXT, dialect TEXT, target BIGINT);
        END IF;

        IF deltas IS NOT NULL THEN
            INSERT INTO order_count_deltas (
                seller, id, axis, bucket, test, gone, kind, status, own_status, orders
            )
            SELECT whose, e.id, e.axis, e.bucket, e.test, e.gone, e.kind, e.status, e.own_status, e.orders
            FROM jsonb_to_recordset(deltas::jsonb) AS e(
                id BIGINT, axis TEXT, bucket BIGINT, test BIGINT, gone BIGINT, kind TEXT, status TEXT,
                own_status BIGINT, orders BIGINT
            );
        END IF;

        IF happened IS NOT NULL THEN
            INSERT INTO order_events (
                seller, order_id, version, at, what, who, other, details, why, exchange
            )
            SELECT whose, e.order_id, e.version, e.at, e.what, e.who, e.other, e.details, e.why, e.exchange
            FROM jsonb_to_recordset(happened::jsonb) AS e(
                order_id BIGINT, version BIGINT, at BIGINT, what TEXT, who TEXT, other BIGINT, details TEXT,
                why TEXT, exchange TEXT
            );
        END IF;

        RETURN 1;
    END;
    RAISE EXCEPTION 'a version has moved or a name is taken'
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;

-- To make it waits for every transaction that began to write with the function of before.
-- concurrent:
CREATE UNIQUE INDEX order_terms_key ON order_terms (seller, term, created, order_id);

-- What else customers and products are looked for by: the beginning of it, for an index has no room for more.
CREATE INDEX customers_name
ON customers (seller, (nullif(left(document #>> '{name}', 600), '') COLLATE "C"), id);
CREATE INDEX products_upc
ON products (seller, (nullif(left(document #>> '{upc}', 600), '') COLLATE "C"));
CREATE INDEX products_title
ON products (seller, (nullif(left(document #>> '{title}', 600), '') COLLATE "C"));

-- Nobody changes an order while it is looked at.
-- batched orders (seller, id):
INSERT INTO order_terms (seller, term, created, order_id)
SELECT DISTINCT o.seller, t.field || ' ' || t.value, o.created, o.id FROM (
SELECT seller, id, created, document FROM orders
WHERE TRUE
FOR SHARE
) AS o, LATERAL (
    SELECT 'lines.sku' AS field, v #>> '{}' AS value
    FROM jsonb_path_query(o.document, '$.lines[*].sku') AS v
    UNION ALL
    SELECT 'details.shipments.tracking', v #>> '{}'
    FROM jsonb_path_query(o.document, '$.details.shipments[*].tracking') AS v
    UNION ALL
    SELECT 'shipping.tracking', o.document #>> '{shipping,tracking}'
) AS t
    WHERE length(t.value) BETWEEN 1 AND 255
ON CONFLICT DO NOTHING;
