"""Bytes of an RFC 5322 message in, frozen values out: pure functions, no Django, no database."""

from postline.intake.parse.message import cut, read
from postline.intake.parse.values import Address, Bounce, Feedback, Forwarded, ParsedMessage, Part

__all__ = ["Address", "Bounce", "Feedback", "Forwarded", "ParsedMessage", "Part", "cut", "read"]
