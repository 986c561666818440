"""Reimbursement: envelopes, agreements, claims, payments and closing."""
