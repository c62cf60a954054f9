-- What is measured of each service (engine/pace.py), in place of its last service times alone.
CREATE TABLE pace (service TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
INSERT INTO pace SELECT service, json_object('recent_ms', json(CAST(body AS TEXT))) FROM samples;
DROP TABLE samples;
