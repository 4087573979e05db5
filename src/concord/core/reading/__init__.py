"""Values as people type them into tables, read without guessing."""
