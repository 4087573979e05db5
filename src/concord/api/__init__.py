"""The JSON interface, read-only for now."""
