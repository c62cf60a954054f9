-- What is measured of each service (engine/pace.py), in place of its last service times alone; luot_paces is an aggregate
-- of ours, which goes through the ledger once.
CREATE TABLE pace (service TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
INSERT INTO pace
SELECT key, value FROM json_each((SELECT luot_paces(kind, body) FROM (SELECT kind, body FROM event ORDER BY id)));
DROP TABLE samples;
