"""What each kind of record holds. The docstrings here are the data dictionary."""

from concord.register.kinds.activity import Activity
from concord.register.kinds.agreement import Agreement
from concord.register.kinds.answer import PartyAnswer
from concord.register.kinds.consultation import Consultation, DraftComment
from concord.register.kinds.course import Course
from concord.register.kinds.declaration import Declaration
from concord.register.kinds.endorsement import Endorsement
from concord.register.kinds.institution import Institution
from concord.register.kinds.material import Material, Version
from concord.register.kinds.network import Network
from concord.register.kinds.policy import Policy
from concord.register.kinds.relation import Relation
from concord.register.kinds.source import Source
from concord.register.kinds.statement import Statement
from concord.register.kinds.workforce import Need, Workforce

__all__ = [
    "Activity",
    "Agreement",
    "Consultation",
    "Course",
    "Declaration",
    "DraftComment",
    "Endorsement",
    "Institution",
    "Material",
    "Need",
    "Network",
    "PartyAnswer",
    "Policy",
    "Relation",
    "Source",
    "Statement",
    "Version",
    "Workforce",
]
