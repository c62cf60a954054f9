-- The day and the blocked cards; no row on the first day.
CREATE TABLE hall (one INTEGER PRIMARY KEY CHECK (one = 1), body BLOB NOT NULL);

-- Faces pressed, by service and by the hour that began at hour_ms: counts, so that no rating leads to a visit.
CREATE TABLE rating (
    service TEXT NOT NULL,
    hour_ms INTEGER NOT NULL,
    face    INTEGER NOT NULL,           -- from 1, the best
    count   INTEGER NOT NULL,
    PRIMARY KEY (service, hour_ms, face)
) WITHOUT ROWID;
