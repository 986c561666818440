-- The journal: one ordered log of a service's own and received events.
CREATE TABLE journal (
    position     BIGINT NOT NULL PRIMARY KEY,
    origin       TEXT   NOT NULL,
    sequence     BIGINT NOT NULL,
    event_id     TEXT   NOT NULL,
    stream       TEXT   NOT NULL,
    version      BIGINT NOT NULL CHECK (version > 0),
    type         TEXT   NOT NULL,
    schema       BIGINT NOT NULL,
    subject      TEXT   NOT NULL,
    recorded_at  BIGINT NOT NULL,
    effective_at BIGINT NOT NULL,
    received_at  BIGINT,
    envelope     TEXT   NOT NULL,
    body         TEXT   NOT NULL,
    prevhash     TEXT   NOT NULL,
    hash         TEXT   NOT NULL
);
CREATE UNIQUE INDEX journal_by_origin ON journal (origin, sequence);
CREATE UNIQUE INDEX journal_by_id ON journal (event_id);
CREATE UNIQUE INDEX journal_by_stream ON journal (stream, version);
CREATE INDEX journal_by_subject ON journal (subject, position);

-- Other subjects that an event's body names, for their histories.
CREATE TABLE event_subject (
    subject  TEXT NOT NULL,
    event_id TEXT NOT NULL,
    PRIMARY KEY (subject, event_id)
);

-- One row: the last position and own sequence. Locked by each group, so positions are commit order.
CREATE TABLE journal_head (
    "only"      BIGINT NOT NULL PRIMARY KEY CHECK ("only" = 1),
    position    BIGINT NOT NULL,
    sequence    BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    relayed     BIGINT NOT NULL
);
INSERT INTO journal_head VALUES (1, 0, 0, 0, 0);

-- Per foreign origin: all its events up to this sequence have arrived.
CREATE TABLE mark (
    origin   TEXT   NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL
);

-- Received, but its stream's predecessor or its cause has not arrived yet.
CREATE TABLE waiting (
    event_id    TEXT   NOT NULL PRIMARY KEY,
    origin      TEXT   NOT NULL,
    sequence    BIGINT NOT NULL,
    waits_for   TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    envelope    TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    hash        TEXT   NOT NULL
);
CREATE INDEX waiting_by_need ON waiting (waits_for);
CREATE UNIQUE INDEX waiting_by_origin ON waiting (origin, sequence);

-- The first success of each idempotency key, for ever.
CREATE TABLE answer (
    actor       TEXT   NOT NULL,
    key         TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    status      BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    sequence    BIGINT NOT NULL,
    body        TEXT   NOT NULL,
    PRIMARY KEY (actor, key)
);

-- Which generation of its tables a projection is read from.
CREATE TABLE projection (
    name       TEXT   NOT NULL PRIMARY KEY,
    revision   BIGINT NOT NULL,
    generation BIGINT NOT NULL
);
