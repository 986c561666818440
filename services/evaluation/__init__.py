"""Eligibility, reviews, scores and decisions: what evaluation decides about a proposal."""
