-- Counts every change: a process that finds another number than its own reads again what it knows.
ALTER TABLE journal_head ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
