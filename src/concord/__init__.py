"""Concord: a register of nuclear security training, and what follows from it."""
