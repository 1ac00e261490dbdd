"""Who may do what: the only place that decides. Whoever fetches something for a person asks here first.

`names.py` has every right, `roles.py` what each role gives, `rules.py` how rules of a line, a group or a person change
that, `reach.py` what comes out of it for a person, `why.py` the reasons. See docs/decisions/0005-rights-by-role.md and
0019-rights-that-are-set.md.
"""

from postline.projects.rights.names import Forbidden, ProjectRight, Right
from postline.projects.rights.reach import Entered, Reach, people_with, reach_of, reaches_of

__all__ = ["Entered", "Forbidden", "ProjectRight", "Reach", "Right", "people_with", "reach_of", "reaches_of"]
