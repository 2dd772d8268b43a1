-- What falls due, and how its time was counted. Nothing here names a reporter; follow-ups belong to cases.

ALTER TABLE cases ADD COLUMN unit_id BLOB REFERENCES units (id);
CREATE INDEX cases_unit ON cases (unit_id) WHERE unit_id IS NOT NULL;

CREATE TABLE clocks (           -- the ledger of a case's clocks: only ever added to
  case_id BLOB NOT NULL REFERENCES cases (id),
  number  INTEGER NOT NULL,
  clock   TEXT NOT NULL,        -- accept, assign, answer, rectify, on_site, result
  kind    TEXT NOT NULL,        -- start, pause, resume, extend, stop, warned, breached, urged, …
  at      INTEGER NOT NULL,     -- the hour where a reporter caused it
  allowance TEXT,               -- as the rules write it: 5 W
  until   INTEGER,              -- a committed date, or when a pause ends
  sealed  BLOB NOT NULL,        -- staff's reason and name, purpose "content"; empty where there are none
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

-- Cases from before there were clocks: theirs start where they stand, and ring once so that all is counted.
INSERT INTO clocks (case_id, number, clock, kind, at, allowance, until, sealed)
SELECT id, 1, iif(state = 'filed', 'accept', 'assign'), 'start',
  iif(state = 'filed', opened_hour + 3600, changed_at), iif(state = 'filed', '1 C', '1 W'), NULL, x''
FROM cases WHERE state IN ('filed', 'accepted', 'returned');
INSERT INTO clocks (case_id, number, clock, kind, at, allowance, until, sealed)
SELECT id, 1, iif(state = 'assigned', 'answer', 'rectify'), 'start', changed_at,
  iif(due_at IS NULL, iif(state = 'assigned', '15 W', '30 W'), NULL), due_at, x''
FROM cases WHERE state IN ('assigned', 'rectifying');
INSERT INTO followups (case_id, kind, due_at) SELECT id, 'count', 0 FROM cases WHERE state <> 'merged';
