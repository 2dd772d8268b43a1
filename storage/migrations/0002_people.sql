-- Staff and units. Names are sealed (purpose "staff"); what a messenger account is known by is a keyed digest.

CREATE TABLE units (            -- the register of units that cases are given to
  id      BLOB PRIMARY KEY,     -- random
  version INTEGER NOT NULL,
  parent  BLOB REFERENCES units (id),
  level   TEXT NOT NULL,        -- community, subdistrict, district, city
  active  INTEGER NOT NULL CHECK (active IN (0, 1)),
  sealed  BLOB NOT NULL         -- name, aliases, competences, people
) WITHOUT ROWID, STRICT;
CREATE INDEX units_parent ON units (parent) WHERE parent IS NOT NULL;
CREATE INDEX units_version ON units (version);  -- the stamp of the register, read without its seals

CREATE TABLE staff (
  id      BLOB PRIMARY KEY,     -- keyed digest of the name, as in steps."by"
  version INTEGER NOT NULL,
  role    TEXT NOT NULL,
  unit_id BLOB REFERENCES units (id),  -- whose this person is: a liaison's always
  active  INTEGER NOT NULL CHECK (active IN (0, 1)),
  sealed  BLOB NOT NULL         -- the name
) WITHOUT ROWID, STRICT;
CREATE INDEX staff_unit ON staff (unit_id) WHERE unit_id IS NOT NULL;

CREATE TABLE staff_links (      -- a messenger account that belongs to a staff member
  digest   BLOB PRIMARY KEY,    -- keyed digest of channel and address, purpose "staff"
  staff_id BLOB NOT NULL REFERENCES staff (id),
  channel  TEXT NOT NULL,
  sealed   BLOB NOT NULL        -- the address
) WITHOUT ROWID, STRICT;
CREATE INDEX staff_links_staff ON staff_links (staff_id);

CREATE TABLE staff_codes (      -- one-time: sign-up of a messenger account, or the link to the units' page
  digest   BLOB PRIMARY KEY,
  staff_id BLOB NOT NULL REFERENCES staff (id),
  purpose  TEXT NOT NULL,
  expires  INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX staff_codes_expires ON staff_codes (expires);

CREATE TABLE desk_sessions (    -- a browser on the units' page
  digest   BLOB PRIMARY KEY,
  staff_id BLOB NOT NULL REFERENCES staff (id),
  expires  INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX desk_sessions_expires ON desk_sessions (expires);
