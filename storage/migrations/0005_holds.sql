-- Reports that are kept back, as their reporters wished, until a day. Nothing of them stands in any other table but their
-- pictures: no case, no count, no index, no line of the audit chain. No column says when they were written.

CREATE TABLE holds (
  id          BLOB PRIMARY KEY,   -- random, of the report that it will be
  version     INTEGER NOT NULL,
  wrapped_key BLOB,               -- NULL: dropped; the row stays for a while, so that the receipt is answered
  receipt     BLOB NOT NULL UNIQUE, -- keyed digest
  mine        BLOB UNIQUE,        -- keyed digest, counted together with those of reports
  stream      BLOB NOT NULL,
  address     BLOB,
  due_at      INTEGER NOT NULL,   -- reckoned from the chosen day, and drawn by lot within it
  sealed      BLOB NOT NULL       -- under the report's own key; empty once dropped
) WITHOUT ROWID, STRICT;
CREATE INDEX holds_due ON holds (due_at);
CREATE INDEX holds_stream ON holds (stream);
