-- The search index lives in memory only: on the disk, its tokens gave their words back to whoever planted texts of their own.
-- What is dropped here is overwritten (secure_delete), and the log is cut afterwards.

DROP TABLE search;

CREATE TABLE reports_kept (
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
INSERT INTO reports_kept (
  id, case_id, version, wrapped_key, receipt, mine, stream, address, filed_hour, sealed
)
SELECT id, case_id, version, wrapped_key, receipt, mine, stream, address, filed_hour, sealed
FROM reports;
DROP TABLE reports;
ALTER TABLE reports_kept RENAME TO reports;
CREATE INDEX reports_case ON reports (case_id);
CREATE INDEX reports_stream ON reports (stream);  -- whose chat is gone: asked while sending
