"""The door of the interface: every operation, made known by its module."""

from concord.api import audiences, lists, records, reference, releases, studies, writing
from concord.api.interface import api
from concord.api.problems import not_found

__all__ = [
    "api",
    "audiences",
    "lists",
    "not_found",
    "records",
    "reference",
    "releases",
    "studies",
    "writing",
]
