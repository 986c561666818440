"""Everything that Grantline promises, as tests that an auditor can read."""
