/**
 * The steps from an empty database to the newest form, each one a version. A
 * step that was released is never changed: what is new is a new one.
 */
export const postgresMigrations: readonly string[] = [
  `
  CREATE TABLE presage_state (
    id int PRIMARY KEY CHECK (id = 1),
    sequence bigint NOT NULL,
    rows bigint NOT NULL,
    forgotten_before bigint NOT NULL,
    forgotten_sequence bigint NOT NULL
  ) WITH (fillfactor = 10);
  INSERT INTO presage_state VALUES (1, 0, 0, 0, 0);

  CREATE TABLE presage_slices (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model text NOT NULL,
    version text NOT NULL,
    scoring text NOT NULL,
    policy text NOT NULL,
    alias text NOT NULL,
    UNIQUE (model, version, scoring, policy, alias)
  );

  CREATE TABLE presage_events (
    sequence bigint PRIMARY KEY,
    prediction bytea NOT NULL,
    row int NOT NULL,
    slice int NOT NULL,
    predicted_at bigint NOT NULL,
    reported_at bigint NOT NULL,
    answer double precision,
    scores bytea NOT NULL,
    truth double precision,
    reward double precision,
    before_reported_at bigint,
    before_truth double precision,
    before_reward double precision,
    superseded boolean NOT NULL
  );
  CREATE UNIQUE INDEX presage_events_known ON presage_events (prediction, row) WHERE NOT superseded;
  CREATE INDEX presage_events_predicted ON presage_events (predicted_at);

  CREATE TABLE presage_predictions (
    from_time bigint NOT NULL,
    slice int NOT NULL,
    rows bigint NOT NULL,
    PRIMARY KEY (from_time, slice)
  );

  CREATE TABLE presage_sketches (
    model text NOT NULL,
    version text NOT NULL,
    from_time bigint NOT NULL,
    writer text NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (model, version, from_time, writer)
  );
  CREATE INDEX presage_sketches_from ON presage_sketches (from_time);

  CREATE TABLE presage_documents (
    kind text NOT NULL,
    name text NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (kind, name)
  );

  CREATE TABLE presage_snapshot (
    id int PRIMARY KEY CHECK (id = 1),
    sequence bigint NOT NULL,
    text text NOT NULL
  );
  `,
];
