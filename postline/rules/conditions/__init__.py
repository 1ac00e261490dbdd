"""Conditions: one vocabulary for filters, hints and incidents. Pure: no Django, no database.

A condition is JSON: `{"all": […]}`, `{"any": […]}`, `{"not": {…}}`, or a question such as
`{"ask": "subject", "is": "contains", "value": "invoice"}`.
"""

from postline.rules.conditions import vocabulary as vocabulary
from postline.rules.conditions.asks import ASKS, COMPARISONS, GROUPS, Ask, Comparison, Kind, register
from postline.rules.conditions.compile import Compiled, Match, WrongCondition, compile
from postline.rules.conditions.facts import Facts
from postline.rules.conditions.problems import Known, Level, Problem, problems
from postline.rules.conditions.sentence import Names, sentence
from postline.rules.conditions.tree import Json

__all__ = [
    "ASKS",
    "COMPARISONS",
    "GROUPS",
    "Ask",
    "Comparison",
    "Compiled",
    "Facts",
    "Json",
    "Kind",
    "Known",
    "Level",
    "Match",
    "Names",
    "Problem",
    "WrongCondition",
    "compile",
    "problems",
    "register",
    "sentence",
]
