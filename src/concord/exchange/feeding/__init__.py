"""Feeds at work: tried, approved, read on a schedule into records, replayed from what is kept."""
