-- Each event carries the hash of the one before it and of itself; store/chain.py says of which bytes. The events that are
-- there already are chained here: luot_chain is a window function of ours.
DROP INDEX event_tap;
ALTER TABLE event RENAME TO event_unchained;
DROP TRIGGER event_is_new;
DROP TRIGGER event_is_kept;
DROP TRIGGER event_is_final;
CREATE TABLE event (
    id      INTEGER PRIMARY KEY,
    at_ms   INTEGER NOT NULL,           -- office time
    wall_ms INTEGER NOT NULL,           -- what the box's wall clock said; a label
    kind    TEXT NOT NULL,
    body    BLOB NOT NULL,              -- the fact's fields, JSON
    kid     TEXT,                       -- with boot and seq: set on the one fact that settles a tap
    boot    INTEGER,
    seq     INTEGER,
    hash    BLOB NOT NULL
);
INSERT INTO event
SELECT id, at_ms, wall_ms, kind, body, kid, boot, seq,
       luot_chain(id, wall_ms, kind, body) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING)
FROM event_unchained ORDER BY id;
DROP TABLE event_unchained;
CREATE UNIQUE INDEX event_tap ON event (kid, boot, seq) WHERE kid IS NOT NULL;
CREATE INDEX event_site ON event (id) WHERE kind = 'SiteAdopted';

-- Where the events up to event_id were moved to an archive: the state after that event (JSON), and by reader key the newest
-- tap so far, (boot, seq), up to which every tap counts as settled. Fact LedgerArchived pins all this in the chain.
CREATE TABLE checkpoint (
    event_id INTEGER PRIMARY KEY,
    hash     BLOB NOT NULL,
    state    BLOB NOT NULL,
    floors   BLOB NOT NULL
);
CREATE TRIGGER checkpoint_is_kept BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER checkpoint_is_final BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;

-- REPLACE would remove a row without asking the trigger on DELETE.
CREATE TRIGGER event_is_new BEFORE INSERT ON event
WHEN NEW.id <= (SELECT max(id) FROM event)
  OR EXISTS (SELECT 1 FROM event WHERE kid = NEW.kid AND boot = NEW.boot AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
-- What a checkpoint stands for may leave: it was written to an archive before.
CREATE TRIGGER event_is_kept BEFORE DELETE ON event
WHEN OLD.id > coalesce((SELECT max(event_id) FROM checkpoint), 0)
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER event_is_final BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
