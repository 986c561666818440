-- Messages that could not be taken in, and those of the same subject that wait behind them.
CREATE TABLE parked (
    parked_id TEXT   NOT NULL PRIMARY KEY,
    place     TEXT   NOT NULL,
    origin    TEXT   NOT NULL,
    subject   TEXT   NOT NULL,
    event_id  TEXT   NOT NULL,
    sequence  BIGINT,
    state     TEXT   NOT NULL,
    reason    TEXT   NOT NULL,
    attempts  BIGINT NOT NULL,
    parked_at BIGINT NOT NULL,
    envelope  TEXT,
    body      TEXT,
    hash      TEXT,
    raw       TEXT
);
CREATE UNIQUE INDEX parked_by_place ON parked (place);
CREATE INDEX parked_by_subject ON parked (subject, parked_id);

-- Consumers that somebody has paused.
CREATE TABLE paused (
    consumer TEXT NOT NULL PRIMARY KEY
);
