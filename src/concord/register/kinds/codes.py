"""Fields whose values come from a vocabulary."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from concord.register import vocabulary


def _topic(code: str) -> str:
    return vocabulary.topics()[code].code


def _role(code: str) -> str:
    return vocabulary.roles()[code].code


def _publication(code: str) -> str:
    return vocabulary.publications()[code].code


def _country(code: str) -> str:
    return vocabulary.countries()[code].code


TopicCode = Annotated[str, AfterValidator(_topic), Field(examples=["B1"])]
RoleCode = Annotated[str, AfterValidator(_role), Field(examples=["R02"])]
PublicationCode = Annotated[str, AfterValidator(_publication), Field(examples=["27-G"])]
"""The number of a publication of the Nuclear Security Series, without its edition."""
CountryCode = Annotated[str, AfterValidator(_country), Field(examples=["JP"])]
