"""Pictures and papers made from what the register holds."""
