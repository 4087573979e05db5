"""Reading what centres send, and writing out what they may have."""
