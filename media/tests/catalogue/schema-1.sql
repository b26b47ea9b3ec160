-- A catalogue as the first version of the program wrote it.
CREATE TABLE card (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL,
    programme TEXT, sites TEXT NOT NULL, length_frames INTEGER NOT NULL, channels INTEGER NOT NULL,
    loudness_lufs REAL, loudness_range_lu REAL, true_peak_dbtp REAL, gain_db REAL NOT NULL, status TEXT NOT NULL,
    not_before TEXT, expires TEXT, entered_at TEXT NOT NULL, ready_since TEXT, ready_by TEXT,
    bytes_gone_at TEXT, bytes_gone_why TEXT, source_name TEXT NOT NULL) STRICT;
CREATE INDEX card_by_hash ON card (hash);
CREATE INDEX card_by_programme ON card (programme, ready_since);
CREATE INDEX card_by_entry ON card (entered_at);
CREATE TABLE finding (
    asset TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE, place INTEGER NOT NULL, code TEXT NOT NULL,
    severity TEXT NOT NULL, at_s REAL, fr TEXT NOT NULL, en TEXT NOT NULL, PRIMARY KEY (asset, place)) STRICT;
CREATE TABLE step (
    number INTEGER PRIMARY KEY, asset TEXT NOT NULL, hash TEXT NOT NULL, what TEXT NOT NULL, who TEXT NOT NULL,
    at TEXT NOT NULL, why TEXT NOT NULL) STRICT;
CREATE INDEX step_by_asset ON step (asset);
CREATE TABLE revision (only INTEGER PRIMARY KEY CHECK (only = 1), number INTEGER NOT NULL) STRICT;
INSERT INTO revision VALUES (1, 3);
INSERT INTO card VALUES ('journal-bm.1', '0101010101010101010101010101010101010101010101010101010101010101', 'Kɔnɔ', 'programme',
    'bm', 'journal-bm', 'GAO', 2880000, 1, -20.0, 5.5, -3.0, -6.01, 'ready', NULL, '2026-12-01T00:00:00Z',
    '2026-11-24T08:00:00Z', '2026-11-24T09:00:00Z', 'awa', NULL, NULL, 'voix.ogg');
INSERT INTO card VALUES ('promo.2', '0202020202020202020202020202020202020202020202020202020202020202', 'Promo', 'jingle',
    'fr', NULL, '', 960000, 2, NULL, NULL, NULL, 0.0, 'draft', NULL, NULL, '2026-11-24T10:00:00Z', NULL, NULL,
    '2026-11-24T11:00:00Z', 'place', 'promo.wav');
INSERT INTO finding VALUES ('journal-bm.1', 0, 'silence', 'warning', 4.0, 'Silence.', 'Silence.');
INSERT INTO step VALUES (1, 'journal-bm.1', '0101010101010101010101010101010101010101010101010101010101010101', 'enter', '',
    '2026-11-24T08:00:00Z', 'voix.ogg');
INSERT INTO step VALUES (2, 'journal-bm.1', '0101010101010101010101010101010101010101010101010101010101010101', 'approve', 'awa',
    '2026-11-24T09:00:00Z', '');
PRAGMA user_version = 1;
