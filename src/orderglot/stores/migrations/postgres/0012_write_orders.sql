-- Orders of one seller, and all that is written beside them, as one call: so a cluster does the whole of it on
-- the machine that has the seller's rows. Each list is JSON, or NULL for nothing. Where a version has moved or
-- a name is taken, nothing of it is kept.
--
-- Its number is in its name: a program calls the one that it knows. Another one gets the next number, and
-- this one stays as long as a program is left that calls it.
-- beside: 11
-- quick:
CREATE FUNCTION write_beside_orders_1(
    whose BIGINT,
    claimed BIGINT,
    expected_customers TEXT,
    expected_orders TEXT,
    likenesses TEXT,
    changed TEXT,
    answered TEXT,
    expired BIGINT
) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
    n RECORD;
    upto BIGINT;
BEGIN
    <<steps>>
    BEGIN
        -- Nobody begins to go by an id that a reference of these orders could be taken for.
        IF claimed IS NOT NULL THEN
            SELECT q.next INTO upto FROM sequences AS q
            WHERE q.seller = whose AND q.thing = 'order' FOR UPDATE;
            IF claimed < upto THEN
                UPDATE sequences AS q SET claims = q.claims + 1
                WHERE q.seller = whose AND q.thing = 'order';
            END IF;
        END IF;

        -- A transaction that renames the customer waits until the orders with the present name can be seen.
        IF expected_customers IS NOT NULL THEN
            FOR n IN SELECT * FROM jsonb_to_recordset(expected_customers::jsonb)
                AS e(id BIGINT, version BIGINT)
            LOOP
                PERFORM 1 FROM customers AS c
                WHERE c.seller = whose AND c.id = n.id AND c.version = n.version FOR SHARE;
                EXIT steps WHEN NOT FOUND;
            END LOOP;
        END IF;

        -- Who changes one meanwhile asks no rule, and so comes after this; nobody has to wait.
        IF expected_orders IS NOT NULL THEN
            FOR n IN SELECT * FROM jsonb_to_recordset(expected_orders::jsonb)
                AS e(id BIGINT, version BIGINT)
            LOOP
                PERFORM 1 FROM orders AS o
                WHERE o.seller = whose AND o.id = n.id AND o.version = n.version;
                EXIT steps WHEN NOT FOUND;
            END LOOP;
        END IF;

        -- No reference may be the id that another order goes by.
        IF likenesses IS NOT NULL THEN
            FOR n IN SELECT * FROM jsonb_to_recordset(likenesses::jsonb)
                AS e(id BIGINT, own BIGINT, dialect TEXT)
            LOOP
                PERFORM 1 FROM orders AS o
                WHERE o.seller = whose AND o.id = n.id AND o.id <> n.own;
                IF FOUND THEN
                    PERFORM 1 FROM order_references AS r
                    WHERE r.seller = whose AND r.order_id = n.id AND r.dialect = n.dialect;
                    EXIT steps WHEN NOT FOUND;
                END IF;
            END LOOP;
        END IF;

        IF changed IS NOT NULL THEN
            FOR n IN SELECT * FROM jsonb_to_recordset(changed::jsonb) AS e(
                id BIGINT, version BIGINT, test BIGINT, kind TEXT, status TEXT, number TEXT, name TEXT,
                po_number TEXT, created BIGINT, modified BIGINT, deleted BIGINT, completes BIGINT,
                currency TEXT, customer BIGINT, invoice_number TEXT, total BIGINT, own_status BIGINT,
                adds_up TEXT, lines BIGINT, document JSONB,
                kept BIGINT, renamed BOOLEAN, relinked BOOLEAN
            )
            LOOP
                UPDATE orders AS o SET
                    version = n.version, test = n.test, kind = n.kind, status = n.status,
                    number = n.number, name = n.name, po_number = n.po_number, created = n.created,
                    modified = n.modified, deleted = n.deleted, completes = n.completes,
                    currency = n.currency, customer = n.customer, invoice_number = n.invoice_number,
                    total = n.total, own_status = n.own_status, adds_up = n.adds_up, lines = n.lines,
                    document = n.document
                WHERE o.seller = whose AND o.id = n.id AND o.version = n.kept;
                EXIT steps WHEN NOT FOUND;
                IF n.renamed THEN
                    DELETE FROM order_references AS r WHERE r.seller = whose AND r.order_id = n.id;
                END IF;
                IF n.relinked THEN
                    DELETE FROM order_links AS l WHERE l.seller = whose AND l.order_id = n.id;
                END IF;
            END LOOP;
        END IF;

        IF answered IS NOT NULL THEN
            FOR n IN SELECT * FROM jsonb_to_recordset(answered::jsonb) AS e(
                customer BIGINT, dialect TEXT, key TEXT, asked TEXT, answer TEXT, expires BIGINT, now BIGINT
            )
            LOOP
                INSERT INTO answers AS a (seller, customer, dialect, key, asked, answer, expires)
                VALUES (
                    whose, n.customer, n.dialect, n.key, n.asked, decode(n.answer, 'base64'), n.expires
                )
                ON CONFLICT (seller, customer, dialect, key) DO UPDATE SET
                    asked = excluded.asked, answer = excluded.answer, expires = excluded.expires
                WHERE a.expires <= n.now;
                EXIT steps WHEN NOT FOUND;
            END LOOP;
            -- How much has expired decides how it is best found, so that is planned anew each time.
            IF expired IS NOT NULL THEN
                EXECUTE
                    'DELETE FROM answers WHERE seller = $1 AND (customer, dialect, key) IN'
                    ' (SELECT customer, dialect, key FROM answers WHERE seller = $1 AND expires <= $2'
                    ' LIMIT 100 FOR UPDATE SKIP LOCKED)'
                USING whose, expired;
            END IF;
        END IF;
        RETURN 1;
    END;
    RAISE EXCEPTION 'a version has moved or a name is taken'
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;

-- What a cluster plans of this is planned once, but for what compares with random(), which is as true: without that
-- Citus 13 would plan it each time, and keep each of the plans.
CREATE FUNCTION write_orders_1(
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
BEGIN
    <<steps>>
    BEGIN
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
