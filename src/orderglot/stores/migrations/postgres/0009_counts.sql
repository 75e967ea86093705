-- How many orders a seller has of each kind of thing that lists leave out or ask for, by the day they
-- were created and by the size of their total, as stores/sql/count_buckets.py says. All of it is worked
-- out of the orders, and never copied.
--
-- A commit that writes orders adds to the deltas, so that no two commits wait for one row; now and then
-- they are merged into the counts. Who counts adds both up in one statement.
-- quick:
CREATE TABLE order_counts (
    seller BIGINT NOT NULL,
    axis TEXT COLLATE "C" NOT NULL,
    bucket BIGINT NOT NULL,
    test BIGINT NOT NULL,
    gone BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    own_status BIGINT NOT NULL,
    orders BIGINT NOT NULL,
    -- Of it the planner has statistics, of an expression it has none.
    deleted BIGINT GENERATED ALWAYS AS (nullif(gone, 0)) STORED,
    PRIMARY KEY (seller, axis, bucket, test, gone, kind, status, own_status)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, vacuum_truncate = off);

CREATE TABLE order_count_deltas (
    LIKE order_counts INCLUDING GENERATED,
    id BIGINT NOT NULL,
    PRIMARY KEY (seller, id)
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000,
    vacuum_index_cleanup = on,
    vacuum_truncate = off
);

-- Of which sellers the counts are kept, and since when, in microseconds since 1970: for all others
-- orders are counted one by one. Number 0 stands for every seller who is yet to come.
CREATE TABLE counted_sellers (
    seller BIGINT NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL
);
