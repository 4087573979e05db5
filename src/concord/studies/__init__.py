"""Runs studies for a viewer and keeps their results."""
