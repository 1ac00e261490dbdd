"""Tables of `rules`."""

from postline.rules.models.rule import ActsOn, Rule, RuleDay, RuleKind, RuleSet, RuleVersion, WhyDisabled

__all__ = ["ActsOn", "Rule", "RuleDay", "RuleKind", "RuleSet", "RuleVersion", "WhyDisabled"]
