"""Licence expressions of SPDX, held against the list that comes with the library."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from license_expression import ExpressionError, Licensing, get_spdx_licensing

LONGEST: Final = 200
"""Letters of an expression: its reader takes nested ones apart one in another."""


@lru_cache(maxsize=1)
def _licensing() -> Licensing:
    return get_spdx_licensing()


def licence_read(expression: str) -> str | None:
    """A licence expression of SPDX (specification 2.3, annex D) in its usual spelling, or None.

    Names of licences are held against the list; ``LicenseRef-`` and the like name none of it and
    are refused.
    """
    if len(expression) > LONGEST:
        return None
    licensing = _licensing()
    try:
        parsed = licensing.parse(expression, validate=True, strict=True)
    except (ExpressionError, AttributeError, IndexError, RecursionError):
        return None
    if parsed is None or any(
        key.startswith("LicenseRef-") for key in map(str, licensing.license_keys(parsed))
    ):
        return None
    return str(parsed.render("{symbol.key}"))
