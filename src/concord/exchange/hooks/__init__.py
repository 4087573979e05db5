"""Web hooks: programs elsewhere are told that records changed, and fetch for themselves what."""
