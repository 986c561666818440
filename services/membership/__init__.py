"""Membership: organisations, their sizes, associates, candidates, members and fees."""
