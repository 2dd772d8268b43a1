CREATE TABLE audit (            -- hash = SHA-256(previous hash ‖ canonical line), see storage/audit.py
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  kind    TEXT NOT NULL,
  about   BLOB,
  "by"    BLOB,
  content TEXT NOT NULL,
  hash    BLOB NOT NULL
) STRICT;
CREATE TABLE beats (             -- written by whatever serves, twice a minute
  job     TEXT PRIMARY KEY,
  at      INTEGER NOT NULL,      -- when it succeeded last, seconds since 1970 UTC
  within  INTEGER NOT NULL       -- seconds within which it must again
) WITHOUT ROWID, STRICT;
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
, unit_id BLOB REFERENCES units (id)) WITHOUT ROWID, STRICT;
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
CREATE TABLE counts (           -- month figures, kept in the same write
  month    TEXT NOT NULL,       -- YYYY-MM in Beijing
  category TEXT NOT NULL,
  what     TEXT NOT NULL,
  n        INTEGER NOT NULL,
  PRIMARY KEY (month, category, what)
) WITHOUT ROWID, STRICT;
CREATE TABLE desk_cards (       -- messages that show a case
  id      BLOB PRIMARY KEY,     -- keyed digest of the chat and the case
  case_id BLOB NOT NULL REFERENCES cases (id),
  thread  BLOB,                 -- keyed digest of the topic, by which a command in it finds its case
  live    INTEGER NOT NULL CHECK (live IN (0, 1)),  -- 0: it shows a finished case, looked at now and then
  shown   INTEGER NOT NULL,     -- the case's version plus the number of its notes; 0: nothing yet
  sealed  BLOB NOT NULL         -- chat, topic, message, and what stands there
) WITHOUT ROWID, STRICT;
CREATE TABLE desk_cases (       -- cases that staff were told of
  case_id BLOB PRIMARY KEY REFERENCES cases (id),
  place   TEXT NOT NULL         -- group; private: somebody in the group must not know of it, or there is none
) WITHOUT ROWID, STRICT;
CREATE TABLE desk_replies (     -- replies on their way, each with the message that shows how far it is
  id      BLOB PRIMARY KEY,     -- random
  case_id BLOB NOT NULL REFERENCES cases (id),
  at      INTEGER NOT NULL,
  sealed  BLOB NOT NULL         -- chat, message, words, what was shown last
) WITHOUT ROWID, STRICT;
CREATE TABLE desk_sessions (    -- a browser on the units' page
  digest   BLOB PRIMARY KEY,
  staff_id BLOB NOT NULL REFERENCES staff (id),
  expires  INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE followups (        -- what will ring for a case; a pure function of the case, kept as rows
  case_id BLOB NOT NULL REFERENCES cases (id),
  kind    TEXT NOT NULL,
  due_at  INTEGER NOT NULL,
  PRIMARY KEY (case_id, kind)
) WITHOUT ROWID, STRICT;
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
CREATE TABLE inbox (            -- what was taken in, so that a redelivery is a no-op
  mark BLOB PRIMARY KEY,        -- keyed digest
  day  INTEGER NOT NULL         -- days since 1970 UTC; swept after three
) WITHOUT ROWID, STRICT;
CREATE TABLE leases (
  name   TEXT PRIMARY KEY,
  holder BLOB NOT NULL,
  until  INTEGER NOT NULL
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
, position INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID, STRICT;
CREATE TABLE notes (            -- internal; no path leads from here to a reporter
  id      BLOB PRIMARY KEY,
  case_id BLOB NOT NULL REFERENCES cases (id),
  at      INTEGER NOT NULL,
  "by"    BLOB NOT NULL,
  sealed  BLOB NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE outbox (           -- what is still to be sent
  id      BLOB PRIMARY KEY,
  channel TEXT NOT NULL,
  stream  BLOB NOT NULL,        -- random, per report: messages of one stream keep their order
  seq     INTEGER NOT NULL,
  due_at  INTEGER NOT NULL,     -- 0: at once
  sealed  BLOB NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE periods (          -- the last day, week or month for which a digest was made
  name TEXT PRIMARY KEY,
  last TEXT NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE ratings (
  report_id BLOB PRIMARY KEY REFERENCES reports (id),
  solved    INTEGER,
  satisfied INTEGER,
  sealed    BLOB
) WITHOUT ROWID, STRICT;
CREATE TABLE "reports" (
  id          BLOB PRIMARY KEY,
  case_id     BLOB NOT NULL REFERENCES cases (id),
  version     INTEGER NOT NULL,
  wrapped_key BLOB,                           -- NULL: shredded
  receipt     BLOB NOT NULL UNIQUE,           -- keyed digest
  mine        BLOB UNIQUE,                    -- keyed digest; NULL once forgotten
  stream      BLOB NOT NULL,
  address     BLOB,                           -- NULL: receipt only, or forgotten
  filed_hour  INTEGER NOT NULL,
  sealed      BLOB
) WITHOUT ROWID, STRICT;
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
CREATE TABLE serials (
  year INTEGER PRIMARY KEY,
  last INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE staff (
  id      BLOB PRIMARY KEY,     -- keyed digest of the name, as in steps."by"
  version INTEGER NOT NULL,
  role    TEXT NOT NULL,
  unit_id BLOB REFERENCES units (id),  -- whose this person is: a liaison's always
  active  INTEGER NOT NULL CHECK (active IN (0, 1)),
  sealed  BLOB NOT NULL         -- the name
) WITHOUT ROWID, STRICT;
CREATE TABLE staff_codes (      -- one-time: sign-up of a messenger account, or the link to the units' page
  digest   BLOB PRIMARY KEY,
  staff_id BLOB NOT NULL REFERENCES staff (id),
  purpose  TEXT NOT NULL,
  expires  INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE staff_links (      -- a messenger account that belongs to a staff member
  digest   BLOB PRIMARY KEY,    -- keyed digest of channel and address, purpose "staff"
  staff_id BLOB NOT NULL REFERENCES staff (id),
  channel  TEXT NOT NULL,
  sealed   BLOB NOT NULL        -- the address
) WITHOUT ROWID, STRICT;
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
CREATE TABLE store (            -- one row
  id     BLOB PRIMARY KEY,      -- random
  turns  INTEGER NOT NULL,      -- acknowledged so far; counted in the transaction of the turns themselves
  sealed BLOB NOT NULL          -- opens with the keyring this database belongs to; empty until it was first seen
) WITHOUT ROWID, STRICT;
CREATE TABLE talks (            -- one open dialog per chat, deleted when its report is filed
  pseudonym BLOB PRIMARY KEY,
  version   INTEGER NOT NULL,
  due_at    INTEGER NOT NULL,   -- the hour at which housekeeping must look
  sealed    BLOB NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE telegram_chats (
  chat    BLOB PRIMARY KEY,     -- keyed digest of the chat
  version INTEGER NOT NULL,     -- the newest snapshot stays, whichever comes last
  due_at  INTEGER,              -- when a message of it must be deleted; NULL: none
  expires INTEGER NOT NULL,     -- a whole day
  sealed  BLOB NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE telegram_held (    -- updates that hold up no others: kept here until their turn is over
  id     BLOB PRIMARY KEY,      -- keyed digest of the update's number
  sealed BLOB NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE telegram_state (   -- of the process: when it was last heard that the intake is alive
  name TEXT PRIMARY KEY,
  at   INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE time (              -- one row
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  sure    INTEGER NOT NULL,      -- when the clock was last relied on, seconds since 1970 UTC; 0: never yet
  line    INTEGER,               -- the audit line that was the last one when doubt began; NULL: no doubt
  waited  INTEGER NOT NULL,      -- seconds of running in this doubt
  told    INTEGER NOT NULL       -- 1: staff were told of this doubt
) WITHOUT ROWID, STRICT;
CREATE TABLE unit_counts (      -- month figures of units, kept in the same write
  month   TEXT NOT NULL,        -- YYYY-MM in local time
  unit_id BLOB NOT NULL REFERENCES units (id),
  what    TEXT NOT NULL,
  n       INTEGER NOT NULL,
  PRIMARY KEY (month, unit_id, what)
) WITHOUT ROWID, STRICT;
CREATE TABLE units (            -- the register of units that cases are given to
  id      BLOB PRIMARY KEY,     -- random
  version INTEGER NOT NULL,
  parent  BLOB REFERENCES units (id),
  level   TEXT NOT NULL,        -- community, subdistrict, district, city
  active  INTEGER NOT NULL CHECK (active IN (0, 1)),
  sealed  BLOB NOT NULL         -- name, aliases, competences, people
) WITHOUT ROWID, STRICT;
CREATE TABLE web_bubbles (
  id      BLOB PRIMARY KEY,
  session BLOB NOT NULL,
  seq     INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  sealed  BLOB NOT NULL,                      -- empty: dropped; the row keeps its number from being used twice
  UNIQUE (session, seq)
) WITHOUT ROWID, STRICT;
CREATE TABLE web_sessions (
  digest  BLOB PRIMARY KEY,
  lasting INTEGER NOT NULL CHECK (lasting IN (0, 1)),
  expires INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX cases_due ON cases (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX cases_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX cases_state ON cases (state, opened_hour);
CREATE INDEX cases_unit ON cases (unit_id) WHERE unit_id IS NOT NULL;
CREATE INDEX desk_cards_case ON desk_cards (case_id, live);
CREATE INDEX desk_cards_live ON desk_cards (case_id, shown) WHERE live = 1;
CREATE INDEX desk_cards_thread ON desk_cards (thread) WHERE thread IS NOT NULL;
CREATE INDEX desk_replies_case ON desk_replies (case_id);
CREATE INDEX desk_sessions_expires ON desk_sessions (expires);
CREATE INDEX followups_due ON followups (due_at);
CREATE INDEX holds_due ON holds (due_at);
CREATE INDEX holds_stream ON holds (stream);
CREATE INDEX media_expires ON media (expires) WHERE expires IS NOT NULL;
CREATE INDEX media_report ON media (report_id) WHERE report_id IS NOT NULL;
CREATE INDEX media_step ON media (step_id) WHERE step_id IS NOT NULL;
CREATE INDEX notes_case ON notes (case_id, at);
CREATE INDEX outbox_due ON outbox (due_at);
CREATE INDEX outbox_order ON outbox (stream, seq);
CREATE INDEX reports_case ON reports (case_id);
CREATE INDEX reports_stream ON reports (stream);
CREATE INDEX rungs_case ON rungs (case_id);
CREATE UNIQUE INDEX rungs_standing ON rungs (case_id, round) WHERE withdrawn_at IS NULL;
CREATE INDEX rungs_unit ON rungs (unit_id, at);
CREATE INDEX staff_codes_expires ON staff_codes (expires);
CREATE INDEX staff_links_staff ON staff_links (staff_id);
CREATE INDEX staff_unit ON staff (unit_id) WHERE unit_id IS NOT NULL;
CREATE INDEX steps_report ON steps (report_id) WHERE report_id IS NOT NULL;
CREATE INDEX talks_due ON talks (due_at);
CREATE INDEX telegram_chats_due ON telegram_chats (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX telegram_chats_expires ON telegram_chats (expires);
CREATE INDEX units_parent ON units (parent) WHERE parent IS NOT NULL;
CREATE INDEX units_version ON units (version);
CREATE INDEX web_bubbles_expires ON web_bubbles (expires);
CREATE INDEX web_sessions_expires ON web_sessions (expires);
INSERT INTO audit ("seq", "at", "kind", "about", "by", "content", "hash") VALUES (1, 1, 'forms', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 'forms', x'00112233445566778899aabbccddeeff');
INSERT INTO beats ("job", "at", "within") VALUES ('forms', 1, 1);
INSERT INTO cases ("id", "version", "alias", "serial", "state", "category", "urgent", "level", "opened_hour", "changed_at", "due_at", "merged_into", "claimed_by", "sealed", "unit_id") VALUES (x'00112233445566778899aabbccddeeff', 1, 'forms', 'forms', 'forms', 'forms', 1, 'forms', 1, 1, 1, x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff');
INSERT INTO clocks ("case_id", "number", "clock", "kind", "at", "allowance", "until", "sealed") VALUES (x'00112233445566778899aabbccddeeff', 1, 'forms', 'forms', 1, 'forms', 1, x'00112233445566778899aabbccddeeff');
INSERT INTO counts ("month", "category", "what", "n") VALUES ('forms', 'forms', 'forms', 1);
INSERT INTO desk_cards ("id", "case_id", "thread", "live", "shown", "sealed") VALUES (x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 1, 1, x'00112233445566778899aabbccddeeff');
INSERT INTO desk_cases ("case_id", "place") VALUES (x'00112233445566778899aabbccddeeff', 'forms');
INSERT INTO desk_replies ("id", "case_id", "at", "sealed") VALUES (x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 1, x'00112233445566778899aabbccddeeff');
INSERT INTO desk_sessions ("digest", "staff_id", "expires") VALUES (x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 1);
INSERT INTO followups ("case_id", "kind", "due_at") VALUES (x'00112233445566778899aabbccddeeff', 'forms', 1);
INSERT INTO holds ("id", "version", "wrapped_key", "receipt", "mine", "stream", "address", "due_at", "sealed") VALUES (x'00112233445566778899aabbccddeeff', 1, x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 1, x'00112233445566778899aabbccddeeff');
INSERT INTO inbox ("mark", "day") VALUES (x'00112233445566778899aabbccddeeff', 1);
INSERT INTO leases ("name", "holder", "until") VALUES ('forms', x'00112233445566778899aabbccddeeff', 1);
INSERT INTO media ("id", "report_id", "step_id", "expires", "mime", "width", "height", "sealed", "position") VALUES (x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 1, 'forms', 1, 1, x'00112233445566778899aabbccddeeff', 1);
INSERT INTO notes ("id", "case_id", "at", "by", "sealed") VALUES (x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 1, x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff');
INSERT INTO outbox ("id", "channel", "stream", "seq", "due_at", "sealed") VALUES (x'00112233445566778899aabbccddeeff', 'forms', x'00112233445566778899aabbccddeeff', 1, 1, x'00112233445566778899aabbccddeeff');
INSERT INTO periods ("name", "last") VALUES ('forms', 'forms');
INSERT INTO ratings ("report_id", "solved", "satisfied", "sealed") VALUES (x'00112233445566778899aabbccddeeff', 1, 1, x'00112233445566778899aabbccddeeff');
INSERT INTO reports ("id", "case_id", "version", "wrapped_key", "receipt", "mine", "stream", "address", "filed_hour", "sealed") VALUES (x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 1, x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 1, x'00112233445566778899aabbccddeeff');
INSERT INTO rungs ("id", "unit_id", "case_id", "round", "at", "withdrawn_at", "rung", "decision", "decided_at", "decided_by", "sealed") VALUES (x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 1, 1, 1, 'forms', 'forms', 1, x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff');
INSERT INTO serials ("year", "last") VALUES (1, 1);
INSERT INTO staff ("id", "version", "role", "unit_id", "active", "sealed") VALUES (x'00112233445566778899aabbccddeeff', 1, 'forms', x'00112233445566778899aabbccddeeff', 1, x'00112233445566778899aabbccddeeff');
INSERT INTO staff_codes ("digest", "staff_id", "purpose", "expires") VALUES (x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 'forms', 1);
INSERT INTO staff_links ("digest", "staff_id", "channel", "sealed") VALUES (x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 'forms', x'00112233445566778899aabbccddeeff');
INSERT INTO steps ("id", "case_id", "report_id", "number", "kind", "at", "by", "public", "sealed") VALUES (x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 1, 'forms', 1, x'00112233445566778899aabbccddeeff', 1, x'00112233445566778899aabbccddeeff');
INSERT INTO store ("id", "turns", "sealed") VALUES (x'00112233445566778899aabbccddeeff', 1, x'00112233445566778899aabbccddeeff');
INSERT INTO talks ("pseudonym", "version", "due_at", "sealed") VALUES (x'00112233445566778899aabbccddeeff', 1, 1, x'00112233445566778899aabbccddeeff');
INSERT INTO telegram_chats ("chat", "version", "due_at", "expires", "sealed") VALUES (x'00112233445566778899aabbccddeeff', 1, 1, 1, x'00112233445566778899aabbccddeeff');
INSERT INTO telegram_held ("id", "sealed") VALUES (x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff');
INSERT INTO telegram_state ("name", "at") VALUES ('forms', 1);
INSERT INTO time ("id", "sure", "line", "waited", "told") VALUES (1, 1, 1, 1, 1);
INSERT INTO unit_counts ("month", "unit_id", "what", "n") VALUES ('forms', x'00112233445566778899aabbccddeeff', 'forms', 1);
INSERT INTO units ("id", "version", "parent", "level", "active", "sealed") VALUES (x'00112233445566778899aabbccddeeff', 1, x'00112233445566778899aabbccddeeff', 'forms', 1, x'00112233445566778899aabbccddeeff');
INSERT INTO web_bubbles ("id", "session", "seq", "expires", "sealed") VALUES (x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 1, 1, x'00112233445566778899aabbccddeeff');
INSERT INTO web_sessions ("digest", "lasting", "expires") VALUES (x'00112233445566778899aabbccddeeff', 1, 1);
PRAGMA user_version = 10;
