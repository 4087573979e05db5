"""What does not belong in any open register: rules as data, and text held against them.

A rule names classes of words and patterns that must stand together in one sentence; it holds no
regular expression, so that no rule, an operator's neither, can make a check slow. Text is folded
first: width, case, signs without width and letters set apart are no way around a rule.
"""

from concord.core.sensitive.matching import Matcher
from concord.core.sensitive.rules import (
    PATTERNS,
    Effect,
    Rule,
    RuleFault,
    RulesError,
    RuleSet,
    rules_extend,
    rules_parse,
)
from concord.core.sensitive.text import clean

__all__ = [
    "PATTERNS",
    "Effect",
    "Matcher",
    "Rule",
    "RuleFault",
    "RuleSet",
    "RulesError",
    "clean",
    "rules_extend",
    "rules_parse",
]
