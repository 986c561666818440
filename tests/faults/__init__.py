"""Campaigns that kill, stop and cut, and the checker that says whether anything went wrong."""
