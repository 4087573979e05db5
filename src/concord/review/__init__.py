"""Peer review: what the pure rules of ``core.review`` need to know of the register."""
