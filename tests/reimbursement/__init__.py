"""Reimbursement, rule by rule."""
