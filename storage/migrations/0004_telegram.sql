-- Telegram. What stands in private chats, as far as it must be edited in place or deleted: at most 48 hours.

CREATE TABLE telegram_chats (
  chat    BLOB PRIMARY KEY,     -- keyed digest of the chat
  version INTEGER NOT NULL,     -- the newest snapshot stays, whichever comes last
  due_at  INTEGER,              -- when a message of it must be deleted; NULL: none
  expires INTEGER NOT NULL,     -- a whole day
  sealed  BLOB NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX telegram_chats_due ON telegram_chats (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX telegram_chats_expires ON telegram_chats (expires);

CREATE TABLE telegram_held (    -- updates that hold up no others: kept here until their turn is over
  id     BLOB PRIMARY KEY,      -- keyed digest of the update's number
  sealed BLOB NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE telegram_state (   -- of the process: when it was last heard that the intake is alive
  name TEXT PRIMARY KEY,
  at   INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- Where staff work on cases: topics of their group, or private chats.

CREATE TABLE desk_cases (       -- cases that staff were told of
  case_id BLOB PRIMARY KEY REFERENCES cases (id),
  place   TEXT NOT NULL         -- group; private: somebody in the group must not know of it, or there is none
) WITHOUT ROWID, STRICT;

CREATE TABLE desk_cards (       -- messages that show a case
  id      BLOB PRIMARY KEY,     -- keyed digest of the chat and the case
  case_id BLOB NOT NULL REFERENCES cases (id),
  thread  BLOB,                 -- keyed digest of the topic, by which a command in it finds its case
  live    INTEGER NOT NULL CHECK (live IN (0, 1)),  -- 0: it shows a finished case, looked at now and then
  shown   INTEGER NOT NULL,     -- the case's version plus the number of its notes; 0: nothing yet
  sealed  BLOB NOT NULL         -- chat, topic, message, and what stands there
) WITHOUT ROWID, STRICT;
CREATE INDEX desk_cards_case ON desk_cards (case_id, live);
CREATE INDEX desk_cards_live ON desk_cards (case_id, shown) WHERE live = 1;  -- looked through every second
CREATE INDEX desk_cards_thread ON desk_cards (thread) WHERE thread IS NOT NULL;

CREATE TABLE desk_replies (     -- replies on their way, each with the message that shows how far it is
  id      BLOB PRIMARY KEY,     -- random
  case_id BLOB NOT NULL REFERENCES cases (id),
  at      INTEGER NOT NULL,
  sealed  BLOB NOT NULL         -- chat, message, words, what was shown last
) WITHOUT ROWID, STRICT;
CREATE INDEX desk_replies_case ON desk_replies (case_id);
