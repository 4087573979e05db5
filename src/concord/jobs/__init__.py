"""Background work: tasks that the worker runs. They take ids and words, never objects."""
