-- Orders that are made with products: a product cannot be removed between the question what it costs and the order.
-- Who removes one waits for the orders that hold it here, and is seen by those that come behind.
-- beside: 11
-- quick:
CREATE FUNCTION write_orders_2(
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
    expired BIGINT,
    expected_products TEXT
) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
    wanted TEXT;
BEGIN
    FOR wanted IN SELECT jsonb_array_elements_text(expected_products::jsonb)
    LOOP
        PERFORM 1 FROM products AS p
        WHERE p.seller = whose AND p.sku = wanted AND random() >= 0 FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'a product is gone' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN write_orders_1(
        whose, claimed, expected_customers, expected_orders, likenesses, added, changed, named, linked,
        deltas, happened, answered, expired
    );
END
$$;
