"""The command-line tool."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Entry point of ``concord``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "concord.site.settings")
    import django

    django.setup()
    from concord.cli.commands import app
    from concord.record.errors import ConcordError

    try:
        app()
    except ConcordError as error:
        from rich.console import Console

        console = Console(stderr=True)
        console.print(f"[bold red]{error.title}[/]", highlight=False)
        if error.detail:
            console.print(error.detail, markup=False, highlight=False, soft_wrap=True)
        for name, message in error.fields.items():
            console.print(f"{name}: {message}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
