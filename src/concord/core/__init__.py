"""The pure part: no Django, no files, no network, no clock."""
