"""What an operator must be told."""


class Refused(Exception):
    """Something that a command cannot do; the message is one sentence that says why and how to go on."""
