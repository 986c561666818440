"""Intake: proposals from the first draft to the detailed submission, and their withdrawal."""
