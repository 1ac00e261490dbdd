"""What a subject says without the marks that mail programs put in front of it (RFC 5256, 2.1, in more languages)."""

from __future__ import annotations

import re

_MARKS = frozenset(
    # replies
    "re aw antw antwort antwoord betr betreft sv vs odp rép réf rif res ynt bls ha отв ответ відп відповідь 回复 答复"
    # forwarded
    " fw fwd fwrd wg tr doorst doorgestuurd vb vl pd enc ilt rv i перес пересл переслано пересылка пер пд 转发"
    # and their Cyrillic look-alikes, typed with the wrong layout
    " ре фв фвд".split()
)
_MARK = re.compile(r"\s*([^\W\d_]{1,12})\s*(?:[\[(]\d{1,3}[\])]|\^\d{1,3}|\d{1,2})?\s*[:：]\s*")
_LABEL = re.compile(r"\s*\[[^\[\]]{0,60}\]\s*")
_NUMBER = re.compile(r"#?\d{3}[ \u202f\u00a0]?\d{3}[ \u202f\u00a0]?\d{3}(?!\d)")
LOOKED_AT = 500  # letters


def base_subject(subject: str) -> str:
    """The subject in lower case without marks of replies and forwards, labels in brackets and ticket numbers."""
    rest = " ".join(_NUMBER.sub(" ", subject[:LOOKED_AT]).split()).casefold()
    while True:
        mark = _MARK.match(rest)
        label = _LABEL.match(rest)
        if mark and mark[1] in _MARKS:
            rest = rest[mark.end() :]
        elif label and label.end() < len(rest):
            rest = rest[label.end() :]
        else:
            return rest.strip(" .!?-–—:;,")
