"""The language of answer texts: names in double braces, `if`, and a handful of filters.

A text is read by Jinja2's parser alone and checked against a list of names; what it may hold is in `reading.py`. It is
never run by Jinja2: `filling.py` walks the checked text over plain values, which are put in once and never looked at
again (SAFETY S39).
"""

from postline.kit.templating.filling import Filled, fill, marked, without_gaps
from postline.kit.templating.nodes import Kind, Names, Problem, Template, Value, Values
from postline.kit.templating.reading import NotATemplate, parse, problems

__all__ = [
    "Filled",
    "Kind",
    "Names",
    "NotATemplate",
    "Problem",
    "Template",
    "Value",
    "Values",
    "fill",
    "marked",
    "parse",
    "problems",
    "without_gaps",
]
