"""The tables of accounts, one module for each subject."""

from concord.accounts.models.answers import Told
from concord.accounts.models.notices import Notice, NoticeChoice, What
from concord.accounts.models.people import (
    FOR_INSTITUTIONS,
    Invitation,
    Mandate,
    Person,
    PersonManager,
    Role,
    Scope,
    Token,
    TokenUse,
)
from concord.accounts.models.proposals import Proposal
from concord.accounts.models.rounds import Round, RoundAsked, Wording

__all__ = [
    "FOR_INSTITUTIONS",
    "Invitation",
    "Mandate",
    "Notice",
    "NoticeChoice",
    "Person",
    "PersonManager",
    "Proposal",
    "Role",
    "Round",
    "RoundAsked",
    "Scope",
    "Token",
    "TokenUse",
    "Told",
    "What",
    "Wording",
]
