-- Pictures stay in the order in which they were sent. Those of before keep the order they had: that of their ids.

ALTER TABLE media ADD COLUMN position INTEGER NOT NULL DEFAULT 0; -- among those sent with it, from 0
