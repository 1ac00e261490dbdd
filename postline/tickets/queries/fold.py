"""What of a message a page shows at once."""

from __future__ import annotations


def fold(text: str, new_text: str) -> tuple[str, str]:
    """What of a message is shown at once and what is folded: the quoted original and the signature.

    Where the new words do not stand at the beginning, the whole message is what is folded.
    """
    shown, whole = new_text.strip(), text.strip()
    if not shown:
        return whole, ""
    if whole == shown:
        return shown, ""
    if whole.startswith(shown):
        return shown, whole[len(shown) :].strip("\n")
    return shown, whole
