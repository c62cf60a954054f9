-- The ledger: what happened, in order. Rows are never changed and never deleted.
CREATE TABLE event (
    id      INTEGER PRIMARY KEY,
    at_ms   INTEGER NOT NULL,           -- office time
    wall_ms INTEGER NOT NULL,           -- what the box's wall clock said; a label
    kind    TEXT NOT NULL,
    body    BLOB NOT NULL,              -- the fact's fields, JSON
    kid     TEXT,                       -- with boot and seq: set on the one fact that settles a tap
    boot    INTEGER,
    seq     INTEGER
);
CREATE UNIQUE INDEX event_tap ON event (kid, boot, seq) WHERE kid IS NOT NULL;
-- REPLACE would remove a row without asking the trigger on DELETE.
CREATE TRIGGER event_is_new BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM event WHERE kid = NEW.kid AND boot = NEW.boot AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER event_is_kept BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER event_is_final BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;

-- The state that the ledger adds up to, so that a start need not read the ledger.
CREATE TABLE visit   (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE desk    (id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE samples (service TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;

-- One row: where the counters stand.
CREATE TABLE office (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    epoch     INTEGER NOT NULL,
    event_id  INTEGER NOT NULL,
    visit_id  INTEGER NOT NULL,
    at_ms     INTEGER NOT NULL,         -- of the last event, and the wall clock then
    wall_ms   INTEGER NOT NULL,
    published INTEGER NOT NULL,
    card_key  BLOB
);
INSERT INTO office VALUES (1, 1, 0, 0, 0, 0, 0, NULL);

-- Replies to commands, so that one sent again is answered and not done again; the newest thousand are kept.
CREATE TABLE reply (at INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL);

-- The registry: what a technician changes.
CREATE TABLE card       (number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE);
CREATE TABLE reader_key (reader TEXT PRIMARY KEY, kid BLOB NOT NULL UNIQUE, key BLOB NOT NULL) WITHOUT ROWID;
