"""`postline mail explain`"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from postline.configuration import Configuration
from postline.ops import django
from postline.ops.database import running


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON: one object; for several messages one a line.")
@click.option("--dkim", "ask_names", is_flag=True, help="Check DKIM signatures; asks name servers.")
@click.argument("sources", nargs=-1, required=True, metavar="FILE…|FOLDER|-")
@click.pass_obj
def command(configuration: Configuration, as_json: bool, ask_names: bool, sources: tuple[str, ...]) -> None:
    """Show what Postline reads in a message and what would happen to it, changing nothing."""
    files = list(_files(sources))
    several = len(files) > 1 or any(Path(source).is_dir() for source in sources)
    django.set_up()
    from postline.intake.addressed import Mailboxes  # noqa: PLC0415 - models need Django set up
    from postline.intake.explain import explain  # noqa: PLC0415
    from postline.ops.explained import show  # noqa: PLC0415 - rich is slow to import
    from postline.ops.migrate import missing  # noqa: PLC0415

    with running(configuration):
        mailboxes = Mailboxes([]) if missing() else Mailboxes.now()  # an empty installation can read, too
        results = explain(_contents(files), mailboxes, ask_names=ask_names)
        for name, result in zip(files, results, strict=True):
            if not as_json:
                show(name, result)
            elif several:
                click.echo(json.dumps({**result, "file": name}, ensure_ascii=False))
            else:
                click.echo(json.dumps(result, ensure_ascii=False, indent=2))


def _files(sources: tuple[str, ...]) -> Iterator[str]:
    for source in sources:
        path = Path(source)
        if source == "-" or path.is_file():
            yield source
        elif path.is_dir():
            yield from (str(one) for one in sorted(path.rglob("*")) if one.is_file())
        else:
            raise click.UsageError(f"{source}: there is no such file or folder")


def _contents(files: list[str]) -> Iterator[bytes]:
    for name in files:
        yield sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
