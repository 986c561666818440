"""Tests of audit: history in causal order, replay, lists, and who may read them."""
