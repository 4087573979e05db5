"""Peer review without a database: panels, conflicts of interest, agreement, who sees what."""
