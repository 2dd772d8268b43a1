-- The ladder is counted anew whenever it is read, from the findings that stand. A case may be found more than once: against
-- another unit after it was opened again, and again each time that it came back. What was only proposed is not kept.

ALTER TABLE rungs RENAME TO rungs_of_before;
CREATE TABLE rungs (            -- findings against units that count for the ladder, and what a supervisor decided
  id         BLOB PRIMARY KEY,
  unit_id    BLOB NOT NULL REFERENCES units (id),
  case_id    BLOB NOT NULL REFERENCES cases (id),
  round      INTEGER NOT NULL,  -- how often the case had come back by then
  at         INTEGER NOT NULL,
  withdrawn_at INTEGER,         -- NULL: it stands; else something was decided before the finding was taken back
  rung       TEXT,              -- remind, circulate, sanction: decided about; NULL: nothing is decided
  decision   TEXT,              -- NULL; taken, waived
  decided_at INTEGER,
  decided_by BLOB,
  sealed     BLOB NOT NULL      -- the reason for the decision, or for taking it back
) WITHOUT ROWID, STRICT;
INSERT INTO rungs (id, unit_id, case_id, round, at, rung, decision, decided_at, decided_by, sealed)
SELECT id, unit_id, case_id, 0, at, iif(decision IS NULL, NULL, rung), decision, decided_at, decided_by, sealed
FROM rungs_of_before;
DROP TABLE rungs_of_before;
CREATE INDEX rungs_unit ON rungs (unit_id, at);
CREATE UNIQUE INDEX rungs_standing ON rungs (case_id, round) WHERE withdrawn_at IS NULL;
CREATE INDEX rungs_case ON rungs (case_id);
