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
