"""``python -m concord`` is the same as ``concord``."""

from concord.cli import main

main()
