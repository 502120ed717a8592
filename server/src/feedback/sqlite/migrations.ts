/**
 * The steps from an empty database to the newest form, each one a version. A
 * step that was released is never changed: what is new is a new one.
 */
export const sqliteMigrations: readonly string[] = [
  `
  CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sequence INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    forgotten_before INTEGER NOT NULL,
    forgotten_sequence INTEGER NOT NULL
  );
  INSERT INTO state VALUES (1, 0, 0, 0, 0);

  CREATE TABLE slices (
    id INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    version TEXT NOT NULL,
    scoring TEXT NOT NULL,
    policy TEXT NOT NULL,
    alias TEXT NOT NULL,
    UNIQUE (model, version, scoring, policy, alias)
  );

  CREATE TABLE events (
    sequence INTEGER PRIMARY KEY,
    prediction BLOB NOT NULL,
    row INTEGER NOT NULL,
    slice INTEGER NOT NULL,
    predicted_at INTEGER NOT NULL,
    reported_at INTEGER NOT NULL,
    answer REAL,
    scores BLOB NOT NULL,
    truth REAL,
    reward REAL,
    before_reported_at INTEGER,
    before_truth REAL,
    before_reward REAL,
    superseded INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX events_known ON events (prediction, row) WHERE superseded = 0;
  CREATE INDEX events_predicted ON events (predicted_at);

  CREATE TABLE predictions (
    from_time INTEGER NOT NULL,
    slice INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    PRIMARY KEY (from_time, slice)
  ) WITHOUT ROWID;

  CREATE TABLE sketches (
    model TEXT NOT NULL,
    version TEXT NOT NULL,
    from_time INTEGER NOT NULL,
    writer TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (model, version, from_time, writer)
  );
  CREATE INDEX sketches_from ON sketches (from_time);

  CREATE TABLE documents (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (kind, name)
  );

  CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sequence INTEGER NOT NULL,
    text TEXT NOT NULL
  );
  `,
];
