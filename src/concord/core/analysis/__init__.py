"""Studies: tables in, tables out; no database session, no request, no clock."""
