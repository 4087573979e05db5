"""Revisions of records of any kind: the one way in, the one way out, history."""
