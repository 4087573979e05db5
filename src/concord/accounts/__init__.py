"""People, what they may act for, invitations and tokens."""
