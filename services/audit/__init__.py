"""Audit: the history of everything across services, and a second opinion on each project."""
