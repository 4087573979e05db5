"""What can be wrong with a credential."""

from __future__ import annotations


class CredentialError(ValueError):
    """The parent of all errors of this room. ``code`` is stable; ``what`` is the part concerned."""

    code = "credential"

    def __init__(self, reason: str, what: str = "") -> None:
        self.reason, self.what = reason, what
        super().__init__(f"{reason}: {what}" if what else reason)


class FormError(CredentialError):
    """It cannot be read: no JSON, a key twice, too long, too deep, a damaged picture."""

    code = "credential.form"


class ContextError(CredentialError):
    """A context that is not pinned, or a word that no context defines: it would not be signed."""

    code = "credential.context"


class SchemaError(CredentialError):
    """Something that the data model or Open Badges asks for is missing or of the wrong kind."""

    code = "credential.schema"


class ProofError(CredentialError):
    """A proof of another kind, two proofs, or a signature that is not of these words and key."""

    code = "credential.proof"


class StatusError(CredentialError):
    """A status list that cannot be relied on."""

    code = "credential.status"
