-- Everything a reporter said or can be reached by arrives sealed. WITHOUT ROWID: no row betrays when it came.
-- Times are whole seconds since 1970 UTC; what a reporter caused is rounded to the hour by the caller.

CREATE TABLE talks (            -- one open dialog per chat, deleted when its report is filed
  pseudonym BLOB PRIMARY KEY,
  version   INTEGER NOT NULL,
  due_at    INTEGER NOT NULL,   -- the hour at which housekeeping must look
  sealed    BLOB NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX talks_due ON talks (due_at);

CREATE TABLE inbox (            -- what was taken in, so that a redelivery is a no-op
  mark BLOB PRIMARY KEY,        -- keyed digest
  day  INTEGER NOT NULL         -- days since 1970 UTC; swept after three
) WITHOUT ROWID, STRICT;

CREATE TABLE outbox (           -- what is still to be sent
  id      BLOB PRIMARY KEY,
  channel TEXT NOT NULL,
  stream  BLOB NOT NULL,        -- random, per report: messages of one stream keep their order
  seq     INTEGER NOT NULL,
  due_at  INTEGER NOT NULL,     -- 0: at once
  sealed  BLOB NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX outbox_order ON outbox (stream, seq);
CREATE INDEX outbox_due ON outbox (due_at);

CREATE TABLE cases (
  id          BLOB PRIMARY KEY,
  version     INTEGER NOT NULL,
  alias       TEXT NOT NULL COLLATE NOCASE UNIQUE,
  serial      TEXT COLLATE NOCASE UNIQUE,     -- given at acceptance
  state       TEXT NOT NULL,
  category    TEXT NOT NULL,
  urgent      INTEGER NOT NULL CHECK (urgent IN (0, 1)),
  level       TEXT,
  opened_hour INTEGER NOT NULL,
  changed_at  INTEGER NOT NULL,
  due_at      INTEGER,
  merged_into BLOB REFERENCES cases (id),
  claimed_by  BLOB,
  sealed      BLOB NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX cases_state ON cases (state, opened_hour);
CREATE INDEX cases_due ON cases (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX cases_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE reports (
  id          BLOB PRIMARY KEY,
  case_id     BLOB NOT NULL REFERENCES cases (id),
  version     INTEGER NOT NULL,
  wrapped_key BLOB,                           -- NULL: shredded
  receipt     BLOB NOT NULL UNIQUE,           -- keyed digest
  mine        BLOB UNIQUE,                    -- keyed digest; NULL once forgotten
  stream      BLOB NOT NULL,
  address     BLOB,                           -- NULL: receipt only, or forgotten
  filed_hour  INTEGER NOT NULL,
  search_id   INTEGER NOT NULL UNIQUE,        -- random, see search
  sealed      BLOB
) WITHOUT ROWID, STRICT;
CREATE INDEX reports_case ON reports (case_id);
CREATE INDEX reports_stream ON reports (stream);  -- whose chat is gone: asked while sending

CREATE TABLE steps (            -- the story of a case
  id        BLOB PRIMARY KEY,
  case_id   BLOB NOT NULL REFERENCES cases (id),
  report_id BLOB REFERENCES reports (id),     -- said by or to this reporter only, sealed with that report's key
  number    INTEGER NOT NULL,
  kind      TEXT NOT NULL,
  at        INTEGER NOT NULL,
  "by"      BLOB,                             -- staff; NULL for reporters
  public    INTEGER NOT NULL CHECK (public IN (0, 1)),
  sealed    BLOB NOT NULL,                    -- empty once shredded
  UNIQUE (case_id, number)
) WITHOUT ROWID, STRICT;
CREATE INDEX steps_report ON steps (report_id) WHERE report_id IS NOT NULL;

CREATE TABLE notes (            -- internal; no path leads from here to a reporter
  id      BLOB PRIMARY KEY,
  case_id BLOB NOT NULL REFERENCES cases (id),
  at      INTEGER NOT NULL,
  "by"    BLOB NOT NULL,
  sealed  BLOB NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX notes_case ON notes (case_id, at);

CREATE TABLE ratings (
  report_id BLOB PRIMARY KEY REFERENCES reports (id),
  solved    INTEGER,
  satisfied INTEGER,
  sealed    BLOB
) WITHOUT ROWID, STRICT;

CREATE TABLE media (
  id        BLOB PRIMARY KEY,
  report_id BLOB REFERENCES reports (id),
  step_id   BLOB REFERENCES steps (id),
  expires   INTEGER,                          -- set while it belongs to a draft
  mime      TEXT NOT NULL,
  width     INTEGER NOT NULL,                 -- pixels
  height    INTEGER NOT NULL,
  sealed    BLOB NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX media_report ON media (report_id) WHERE report_id IS NOT NULL;
CREATE INDEX media_step ON media (step_id) WHERE step_id IS NOT NULL;
CREATE INDEX media_expires ON media (expires) WHERE expires IS NOT NULL;

CREATE TABLE web_sessions (
  digest  BLOB PRIMARY KEY,
  lasting INTEGER NOT NULL CHECK (lasting IN (0, 1)),
  expires INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX web_sessions_expires ON web_sessions (expires);

CREATE TABLE web_bubbles (
  id      BLOB PRIMARY KEY,
  session BLOB NOT NULL,
  seq     INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  sealed  BLOB NOT NULL,                      -- empty: dropped; the row keeps its number from being used twice
  UNIQUE (session, seq)
) WITHOUT ROWID, STRICT;
CREATE INDEX web_bubbles_expires ON web_bubbles (expires);

CREATE TABLE serials (
  year INTEGER PRIMARY KEY,
  last INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE counts (           -- month figures, kept in the same write
  month    TEXT NOT NULL,       -- YYYY-MM in Beijing
  category TEXT NOT NULL,
  what     TEXT NOT NULL,
  n        INTEGER NOT NULL,
  PRIMARY KEY (month, category, what)
) WITHOUT ROWID, STRICT;

CREATE TABLE leases (
  name   TEXT PRIMARY KEY,
  holder BLOB NOT NULL,
  until  INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE audit (            -- hash = SHA-256(previous hash ‖ canonical line), see storage/audit.py
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  kind    TEXT NOT NULL,
  about   BLOB,
  "by"    BLOB,
  content TEXT NOT NULL,
  hash    BLOB NOT NULL
) STRICT;

-- Keyed digests of bigrams, [0-9a-z]+ each; rowid = reports.search_id. No positions, no text, no sizes.
CREATE VIRTUAL TABLE search USING fts5 (tokens, content = '', detail = none, columnsize = 0, tokenize = 'ascii');
