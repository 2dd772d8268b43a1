-- What the database is: so that another one in its place, or a part of it that was lost, is noticed.

CREATE TABLE store (            -- one row
  id     BLOB PRIMARY KEY,      -- random
  turns  INTEGER NOT NULL,      -- acknowledged so far; counted in the transaction of the turns themselves
  sealed BLOB NOT NULL          -- opens with the keyring this database belongs to; empty until it was first seen
) WITHOUT ROWID, STRICT;
INSERT INTO store (id, turns, sealed) VALUES (randomblob(16), 0, x'');
