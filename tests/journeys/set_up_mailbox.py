"""Set a mailbox of the small department up as an administrator does: `python -m … ADDRESS SETTINGS`, as JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from postline.kit import clock
from postline.ops import django


def main() -> None:
    """Change what the settings name and leave the rest as it is."""
    django.set_up()
    from postline.projects.mailboxes import change_mailbox, settings_of  # noqa: PLC0415 - models need Django set up
    from postline.projects.models import Mailbox, Person  # noqa: PLC0415
    from postline.projects.rights import reach_of  # noqa: PLC0415

    address, given = sys.argv[1:]
    mailbox = Mailbox.objects.get(address=address)
    change_mailbox(
        reach_of(Person.objects.get(login="admin")),
        mailbox_id=mailbox.pk,
        settings=replace(settings_of(mailbox), plus_addressing=False, **json.loads(given)),
        now=clock.now(),
    )


if __name__ == "__main__":
    main()
