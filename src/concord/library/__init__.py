"""Shared training materials: their versions, files and endorsement."""
