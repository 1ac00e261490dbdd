"""Fill the installation of POSTLINE_HOME with the small department of tests.scenes: `python -m … LOGIN…`.

Prints an API token for each login.
"""

from __future__ import annotations

import sys

from postline.kit import clock
from postline.ops import django


def main() -> None:
    """Make it and print the tokens, one a line."""
    django.set_up()
    from postline.projects.tokens import create_token  # noqa: PLC0415 - models need Django set up
    from tests.scenes import department  # noqa: PLC0415

    d = department()
    for login in sys.argv[1:]:
        sys.stdout.write(create_token(person=d.people[login], name="journey", actor="", now=clock.now()) + "\n")


if __name__ == "__main__":
    main()
