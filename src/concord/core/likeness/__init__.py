"""Which records may be one and the same: candidates for a person to judge, with the reasons.

Two centres list the course that they gave together, each in its language, and one event becomes
two. ``likely_pairs`` finds such pairs by what the records say: title, days, place, providers,
topics, numbers. It never decides: callers put the reasons into words and a person settles the pair.

The score is a sum of log-odds over the fields (I. P. Fellegi and A. B. Sunter, "A theory for record
linkage", Journal of the American Statistical Association 64 (1969) 1183-1210) with the weights of
``weighing.WEIGHTS``. It depends on the two records alone.
"""

from concord.core.likeness.index import LikenessIndex, likely_of, likely_pairs
from concord.core.likeness.weighing import (
    AT_LEAST,
    COURSE,
    LEAST,
    WEIGHTS,
    Likely,
    Pair,
    Reason,
    RecordId,
    compare,
)

__all__ = [
    "AT_LEAST",
    "COURSE",
    "LEAST",
    "WEIGHTS",
    "Likely",
    "LikenessIndex",
    "Pair",
    "Reason",
    "RecordId",
    "compare",
    "likely_of",
    "likely_pairs",
]
