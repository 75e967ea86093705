-- How often somebody was about to begin to go by an id that was handed out already: who adds a thing
-- meanwhile waits for that, and looks again. It is of no use to a copy.
-- quick:
ALTER TABLE sequences ADD COLUMN claims BIGINT NOT NULL DEFAULT 0;
