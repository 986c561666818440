"""Tests of how figures are compared and told; no test asserts a speed."""
