"""Audit's own folds: a second opinion on every project that shares no code with its owners."""
