-- Confidential content, sealed by a key of its subject; no key, no content.
CREATE TABLE vault_key (
    subject TEXT NOT NULL PRIMARY KEY,
    wrapped TEXT NOT NULL
);
CREATE TABLE vault_content (
    reference TEXT NOT NULL PRIMARY KEY,
    subject   TEXT NOT NULL,
    sealed    TEXT NOT NULL
);
CREATE INDEX vault_content_by_subject ON vault_content (subject);
