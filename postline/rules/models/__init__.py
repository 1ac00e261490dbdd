"""Tables of `rules`."""

from postline.rules.models.rule import ActsOn, Rule, RuleDay, RuleKind, RuleSet, RuleVersion, WhyDisabled
from postline.rules.models.template import Template, TemplateDay, TemplateFile, TemplateText, TemplateVersion

__all__ = [
    "ActsOn",
    "Rule",
    "RuleDay",
    "RuleKind",
    "RuleSet",
    "RuleVersion",
    "Template",
    "TemplateDay",
    "TemplateFile",
    "TemplateText",
    "TemplateVersion",
    "WhyDisabled",
]
