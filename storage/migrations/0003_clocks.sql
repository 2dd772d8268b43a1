-- What falls due, and how its time was counted. Nothing here names a reporter; follow-ups belong to cases.

ALTER TABLE cases ADD COLUMN unit_id BLOB REFERENCES units (id);
CREATE INDEX cases_unit ON cases (unit_id) WHERE unit_id IS NOT NULL;

CREATE TABLE clocks (           -- the ledger of a case's clocks: only ever added to
  case_id BLOB NOT NULL REFERENCES cases (id),
  number  INTEGER NOT NULL,
  clock   TEXT NOT NULL,        -- accept, assign, answer, rectify, on_site, result
  kind    TEXT NOT NULL,        -- start, pause, resume, extend, stop, warned, breached, urged, …
  at      INTEGER NOT NULL,     -- the hour where a reporter caused it
  sealed  BLOB NOT NULL,        -- allowance, reason, name; purpose "content"
  PRIMARY KEY (case_id, number)
) WITHOUT ROWID, STRICT;

CREATE TABLE followups (        -- what will ring for a case; a pure function of the case, kept as rows
  case_id BLOB NOT NULL REFERENCES cases (id),
  kind    TEXT NOT NULL,
  due_at  INTEGER NOT NULL,
  PRIMARY KEY (case_id, kind)
) WITHOUT ROWID, STRICT;
CREATE INDEX followups_due ON followups (due_at);

CREATE TABLE periods (          -- the last day, week or month for which a digest was made
  name TEXT PRIMARY KEY,
  last TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE unit_counts (      -- month figures of units, kept in the same write
  month   TEXT NOT NULL,        -- YYYY-MM in local time
  unit_id BLOB NOT NULL REFERENCES units (id),
  what    TEXT NOT NULL,
  n       INTEGER NOT NULL,
  PRIMARY KEY (month, unit_id, what)
) WITHOUT ROWID, STRICT;

CREATE TABLE rungs (            -- the ladder: proposed by the count, decided by a supervisor
  id         BLOB PRIMARY KEY,
  unit_id    BLOB NOT NULL REFERENCES units (id),
  case_id    BLOB NOT NULL UNIQUE REFERENCES cases (id),
  rung       TEXT NOT NULL,     -- remind, circulate, sanction
  at         INTEGER NOT NULL,
  decision   TEXT,              -- NULL: proposed; taken, waived
  decided_at INTEGER,
  decided_by BLOB,
  sealed     BLOB NOT NULL      -- the reason for the decision
) WITHOUT ROWID, STRICT;
CREATE INDEX rungs_unit ON rungs (unit_id, at);
