-- Whether the time can be relied on, and which jobs are at work.

CREATE TABLE time (              -- one row
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  sure    INTEGER NOT NULL,      -- when the clock was last relied on, seconds since 1970 UTC; 0: never yet
  line    INTEGER,               -- the audit line that was the last one when doubt began; NULL: no doubt
  waited  INTEGER NOT NULL,      -- seconds of running in this doubt
  told    INTEGER NOT NULL       -- 1: staff were told of this doubt
) WITHOUT ROWID, STRICT;
INSERT INTO time (id, sure, line, waited, told) VALUES (1, 0, NULL, 0, 0);

CREATE TABLE beats (             -- written by whatever serves, twice a minute
  job     TEXT PRIMARY KEY,
  at      INTEGER NOT NULL,      -- when it succeeded last, seconds since 1970 UTC
  within  INTEGER NOT NULL       -- seconds within which it must again
) WITHOUT ROWID, STRICT;
