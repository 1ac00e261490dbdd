"""`postline mail explain`"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from postline.configuration import Configuration
from postline.ops import django
from postline.ops.database import running


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON: one object; for several messages one a line.")
@click.argument("sources", nargs=-1, required=True, metavar="FILE…|FOLDER|-")
@click.pass_obj
def command(configuration: Configuration, as_json: bool, sources: tuple[str, ...]) -> None:
    """Show what Postline reads in a message and what would happen to it, changing nothing."""
    files = list(_files(sources))
    several = len(files) > 1 or (len(sources) == 1 and Path(sources[0]).is_dir())
    django.set_up()
    from postline.intake.explain import explain  # noqa: PLC0415 - models need Django set up

    with running(configuration):
        for name, result in zip(files, explain(_contents(files)), strict=True):
            if not as_json:
                _show(name, result)
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


def _show(name: str, result: dict[str, Any]) -> None:
    table = Table(title=name, show_header=False, title_justify="left")
    for key, value in result.items():
        if value not in (None, "", [], {}) and key != "html":
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            table.add_row(key, text if len(text) < 2_000 else f"{text[:2_000]}…")
    Console().print(table, markup=False)
