-- Which programs have the book open: each of them with the number of the last migration that it knows,
-- and a sign of life every few seconds. Its key does not begin with a seller: a program serves them all.
-- quick:
CREATE TABLE processes (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    knows BIGINT NOT NULL,
    host TEXT COLLATE "C" NOT NULL,
    pid BIGINT NOT NULL,
    began TIMESTAMPTZ NOT NULL,
    seen TIMESTAMPTZ NOT NULL
);

-- The oldest program, by the number of the last migration that it knows, that may go on beside a step;
-- without one it has to know the step itself.
ALTER TABLE migrations ADD COLUMN oldest BIGINT;
