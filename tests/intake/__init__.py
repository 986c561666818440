"""Intake: what it records, what it refuses, what it keeps quiet about."""
