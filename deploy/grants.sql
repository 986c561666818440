-- What a service's role may do in its own database; applied by the owner of the tables, after the
-- numbered steps. The journal and its answers can be added to, and never changed or taken away.
REVOKE ALL ON DATABASE {database} FROM PUBLIC; -- No service opens another's.
GRANT CONNECT ON DATABASE {database} TO {role};
-- Read models live in schemas of the role's own, one for each time that they are built.
GRANT CREATE ON DATABASE {database} TO {role};
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT ON schema_step TO {role};
GRANT SELECT, INSERT ON journal, event_subject, answer TO {role};
GRANT SELECT, UPDATE ON journal_head TO {role};
GRANT SELECT, INSERT, UPDATE ON mark TO {role};
GRANT SELECT, INSERT, DELETE ON waiting, projection TO {role};
GRANT SELECT, INSERT, DELETE ON parked, paused TO {role};
-- An erasure takes away a key, with what it sealed.
GRANT SELECT, INSERT, DELETE ON vault_key, vault_content TO {role};
